import type { ApiRequest, ApiResponse, WatchResponse } from '../request.ts';

/** The answer, with word when it has come to its end: at once, or when the stream, watch or connection is over. */
export function onEnd(answer: ApiResponse, request: ApiRequest, ended: () => void): ApiResponse {
  const once = onlyOnce(ended);
  switch (answer.type) {
    case 'stream':
      return { ...answer, body: watched(answer.body, once) };
    case 'watch':
      return { ...answer, start: (writer) => startWatched(answer, writer, once) };
    case 'hijacked':
      request.upgrade?.socket.once('close', once);
      return answer;
    default:
      once();
      return answer;
  }
}

function onlyOnce(call: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    call();
  };
}

async function* watched(body: AsyncIterable<Uint8Array>, ended: () => void): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } finally {
    ended();
  }
}

function startWatched(answer: WatchResponse, writer: Parameters<WatchResponse['start']>[0], ended: () => void): () => void {
  const stop = answer.start({
    event: (type, object, frame) => writer.event(type, object, frame),
    onDrain: (listener) => writer.onDrain(listener),
    end: () => {
      ended();
      writer.end();
    },
  });
  return () => {
    stop();
    ended();
  };
}

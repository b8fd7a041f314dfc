import type { ApiRequest, ApiResponse } from '../request.ts';

/** A node agent in the server's own process: answers what would go to a kubelet over HTTPS. */
export interface LocalKubelet {
  /** `path`: of the kubelet's API, with the query. Errors are answers with a status from 400 on and a text. */
  answer(request: ApiRequest, path: string): Promise<ApiResponse>;
}

/** The agent of a node, when it runs in this process. */
export type LocalKubelets = (nodeName: string) => LocalKubelet | undefined;

/** Keys of a user's `extra` that the server's own authenticators set. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';
export const POD_NAME = 'authentication.kubernetes.io/pod-name';
export const POD_UID = 'authentication.kubernetes.io/pod-uid';
export const NODE_NAME = 'authentication.kubernetes.io/node-name';
export const NODE_UID = 'authentication.kubernetes.io/node-uid';

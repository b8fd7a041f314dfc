/** Schema facts of certificates/v1; the notation is described in src/api/schema-text.ts. */
export default `
type CertificateSigningRequest kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 CertificateSigningRequestSpec required
  status 3 CertificateSigningRequestStatus zero={}
type CertificateSigningRequestCondition
  type 1 string required
  status 6 string required
  reason 2 string
  message 3 string
  lastUpdateTime 4 Time
  lastTransitionTime 5 Time
type CertificateSigningRequestList kind
  metadata 1 meta/v1.ListMeta
  items 2 []CertificateSigningRequest required untyped
type CertificateSigningRequestSpec
  request 1 bytes required zero=null
  signerName 7 string required
  expirationSeconds 8 *int32
  usages 5 []string enum=any|cert sign|client auth|code signing|content commitment|crl sign|data encipherment|decipher only|digital signature|email protection|encipher only|ipsec end system|ipsec tunnel|ipsec user|key agreement|key encipherment|microsoft sgc|netscape sgc|ocsp signing|s/mime|server auth|signing|timestamping
  username 2 string
  uid 3 string
  groups 4 []string
  extra 6 map[]StringList
type CertificateSigningRequestStatus
  conditions 1 []CertificateSigningRequestCondition map=type mergeKey=
  certificate 2 bytes
`;

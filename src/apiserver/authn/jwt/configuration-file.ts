import { parseYaml } from '../../../wire/yaml/yaml.ts';
import { aggregateMessage } from '../../../machinery/field.ts';
import { isObject } from '../../../machinery/patch/values.ts';
import type { AuthenticationConfiguration } from './configuration.ts';
import { validateAuthenticationConfiguration } from './validate-configuration.ts';

const VERSIONS = ['v1alpha1', 'v1beta1', 'v1'].map((version) => `apiserver.config.k8s.io/${version}`);

/** Reads the text of `--authentication-config`. Throws an Error that says what is wrong; `ownIssuers` are the server's for service accounts. */
export function parseAuthenticationConfiguration(text: string, ownIssuers: readonly string[]): AuthenticationConfiguration {
  const value = parseYaml(text);
  if (!isObject(value)) throw new Error('failed decoding: the configuration is not an object');
  const { apiVersion, kind } = value;
  if (!VERSIONS.includes(String(apiVersion)) || kind !== 'AuthenticationConfiguration') {
    throw new Error(`no kind "${String(kind)}" is registered for version "${String(apiVersion)}"`);
  }
  const configuration = { ...value, jwt: value['jwt'] ?? [] } as unknown as AuthenticationConfiguration;
  const problems = aggregateMessage(validateAuthenticationConfiguration(configuration, ownIssuers));
  if (problems !== undefined) throw new Error(problems);
  return configuration;
}

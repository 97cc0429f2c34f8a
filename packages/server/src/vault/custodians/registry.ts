import type { Config } from "../../config.ts"
import type { CustodianName } from "../../config-custody.ts"
import type { KeyCustody } from "../../ports/key-custody.ts"
import type { Random } from "../../ports/random.ts"
import type { AwsIdentity } from "./aws-kms/credentials.ts"
import { createAwsKms } from "./aws-kms/index.ts"
import type { CustodianDeps } from "./deps.ts"
import { createKeyFileCustody } from "./key-file/index.ts"
import type { TransitAuth } from "./transit/calls.ts"
import { createTransit } from "./transit/index.ts"

export type RegistryDeps = CustodianDeps & {
  readonly random: Random
  /** The key that is derived from the key file. */
  readonly derivedKey: Uint8Array
  /** The keys in files of their own: the current one, where there is one, and former ones. */
  readonly custodyKey: Uint8Array | null
  readonly formerCustodyKeys: readonly Uint8Array[]
}

/** One line for each custodian; the settings were checked to be there. */
const registry: Readonly<Record<CustodianName, (deps: RegistryDeps, config: Config) => KeyCustody>> = {
  "key-file": ({ custodyKey, derivedKey, random }) => createKeyFileCustody(custodyKey ?? derivedKey, random),
  "aws-kms": (deps, config) => createAwsKms(deps, kmsSettings(config)),
  transit: (deps, config) => createTransit(deps, transitSettings(config)),
}

export type ConfiguredCustody = {
  readonly current: KeyCustody
  readonly next: readonly KeyCustody[]
  readonly former: readonly KeyCustody[]
}

/** The custodians that the settings name. What the key file's own key wrapped can always be read: the file is there. */
export function createConfiguredCustody(deps: RegistryDeps, config: Config): ConfiguredCustody {
  const make = (name: CustodianName) => registry[name](deps, config)
  const current = make(config.custody)
  const next = config.nextCustody.map(make)
  const files = [deps.derivedKey, ...deps.formerCustodyKeys].map((key) => createKeyFileCustody(key, deps.random))
  const known = new Set([current, ...next].map(({ label }) => label))
  const former = [...config.formerCustody.map(make), ...files].filter(({ label }) => {
    const isNew = !known.has(label)
    known.add(label)
    return isNew
  })
  return { current, next, former }
}

function kmsSettings(config: Config) {
  const region = required(config.awsRegion)
  const identity: AwsIdentity =
    config.awsAccessKeyId !== null && config.awsSecretAccessKey !== null
      ? {
          kind: "fixed",
          accessKeyId: config.awsAccessKeyId,
          secretAccessKey: config.awsSecretAccessKey,
          sessionToken: config.awsSessionToken,
        }
      : {
          kind: "web-identity",
          roleArn: required(config.awsRoleArn),
          tokenFile: required(config.awsTokenFile),
          stsUrl: config.awsStsUrl ?? `https://sts.${region}.amazonaws.com`,
        }
  return {
    ...{ region, identity, key: required(config.awsKmsKey) },
    url: config.awsKmsUrl ?? `https://kms.${region}.amazonaws.com`,
  }
}

function transitSettings(config: Config) {
  return {
    url: required(config.transitUrl),
    mount: config.transitMount,
    key: config.transitKey,
    namespace: config.transitNamespace,
    auth: transitAuth(config),
  }
}

function transitAuth(config: Config): TransitAuth {
  const { transitToken: token, transitRoleId: roleId, transitSecretId: secretId } = config
  if (token !== null) return { kind: "token", token }
  if (roleId !== null && secretId !== null) return { kind: "approle", roleId, secretId }
  return { kind: "kubernetes", role: required(config.transitKubernetesRole), tokenFile: config.transitTokenFile }
}

function required(value: string | null): string {
  if (value === null) throw new Error("a setting that was checked to be there is not")
  return value
}

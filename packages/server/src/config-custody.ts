import { ConfigError, type Option, oneOf, option } from "./config-option.ts"

/** Who keeps the key-encryption key. */
export const custodyOptions = [
  option("custody", "KALENDS_CUSTODY", "text", {
    default: "key-file",
    text: "Who keeps the key-encryption key: key-file, aws-kms, or transit (HashiCorp Vault, OpenBao).",
  }),
  option("nextCustody", "KALENDS_NEXT_CUSTODY", "list", {
    default: "",
    text: "Custodians that can be read from already and are to be changed to: put one here on every node before it becomes KALENDS_CUSTODY.",
  }),
  option("formerCustody", "KALENDS_FORMER_CUSTODY", "list", {
    default: "",
    text: "Custodians that can still be read from; what they wrapped is moved to KALENDS_CUSTODY. Take one away when the page of keys says that nothing is left under it.",
  }),
  option("custodyKeyFile", "KALENDS_CUSTODY_KEY_FILE", "path", {
    default: null,
    text: "With KALENDS_CUSTODY=key-file: a file of its own (32 bytes, base64url) in place of the key derived from KALENDS_KEY_FILE. It must be there: none is made.",
  }),
  option("otherCustodyKeyFiles", "KALENDS_FORMER_CUSTODY_KEY_FILES", "list", {
    default: "",
    text: "Such files that can still be read from, besides the one derived from KALENDS_KEY_FILE, which always can be.",
  }),
  option("custodyGraceMinutes", "KALENDS_CUSTODY_GRACE_MINUTES", "integer", {
    default: "60",
    least: 0,
    most: 1440,
    unit: "minutes",
    text: "How long data keys in use are kept in memory while their custodian is away. After that secrets cannot be opened until it is back.",
  }),
  option("awsKmsKey", "KALENDS_AWS_KMS_KEY", "text", {
    default: null,
    text: "Id, ARN or alias of a symmetric KMS key.",
  }),
  option("awsRegion", "AWS_REGION", "text", { default: null, text: "Its region, such as eu-central-1." }),
  option("awsKmsUrl", "KALENDS_AWS_KMS_URL", "url", {
    default: null,
    text: "Address of KMS; default: that of the region. For VPC endpoints, FIPS and tests.",
  }),
  option("awsStsUrl", "KALENDS_AWS_STS_URL", "url", {
    default: null,
    text: "Address of the token service; default: that of the region.",
  }),
  option("awsAccessKeyId", "AWS_ACCESS_KEY_ID", "text", { default: null, text: "Access key to sign with." }),
  option("awsSecretAccessKey", "AWS_SECRET_ACCESS_KEY", "text", {
    default: null,
    secret: true,
    text: "Its secret.",
  }),
  option("awsSessionToken", "AWS_SESSION_TOKEN", "text", {
    default: null,
    secret: true,
    text: "Token of temporary credentials.",
  }),
  option("awsRoleArn", "AWS_ROLE_ARN", "text", {
    default: null,
    text: "Role to take by web identity, where there is no access key; EKS sets it.",
  }),
  option("awsTokenFile", "AWS_WEB_IDENTITY_TOKEN_FILE", "path", {
    default: null,
    text: "File with the pod's token for that; EKS sets it.",
  }),
  option("transitUrl", "KALENDS_TRANSIT_URL", "url", {
    default: null,
    text: "Address of a Vault or OpenBao server, such as https://vault.example.org:8200.",
  }),
  option("transitKey", "KALENDS_TRANSIT_KEY", "text", { default: "kalends", text: "Name of the transit key." }),
  option("transitMount", "KALENDS_TRANSIT_MOUNT", "text", {
    default: "transit",
    text: "Where the transit engine is mounted.",
  }),
  option("transitNamespace", "KALENDS_TRANSIT_NAMESPACE", "text", {
    default: null,
    text: "Namespace, where there are namespaces.",
  }),
  option("transitToken", "KALENDS_TRANSIT_TOKEN", "text", {
    default: null,
    secret: true,
    text: "Token to sign in with. Or an AppRole:",
  }),
  option("transitRoleId", "KALENDS_TRANSIT_ROLE_ID", "text", { default: null, text: "Role id of an AppRole." }),
  option("transitSecretId", "KALENDS_TRANSIT_SECRET_ID", "text", {
    default: null,
    secret: true,
    text: "Secret id of that AppRole. Or Kubernetes:",
  }),
  option("transitKubernetesRole", "KALENDS_TRANSIT_KUBERNETES_ROLE", "text", {
    default: null,
    text: "Role of the Kubernetes sign-in.",
  }),
  option("transitTokenFile", "KALENDS_TRANSIT_TOKEN_FILE", "path", {
    default: "/var/run/secrets/kubernetes.io/serviceaccount/token",
    text: "File with the pod's token for that.",
  }),
] as const satisfies readonly Option[]

const custodianNames = ["key-file", "aws-kms", "transit"] as const
export type CustodianName = (typeof custodianNames)[number]

type Written = {
  readonly custody: string
  readonly nextCustody: readonly string[]
  readonly formerCustody: readonly string[]
}

/** The custodians that the settings name. */
export function completeCustody({ custody, nextCustody, formerCustody }: Written) {
  const named = (env: string, written: readonly string[]): readonly CustodianName[] =>
    written.map((name) => oneOf(custodianNames, env, name))
  return {
    custody: oneOf(custodianNames, "KALENDS_CUSTODY", custody),
    nextCustody: named("KALENDS_NEXT_CUSTODY", nextCustody),
    formerCustody: named("KALENDS_FORMER_CUSTODY", formerCustody),
  }
}

type Checked = ReturnType<typeof completeCustody> & {
  readonly [Name in
    | "awsKmsKey"
    | "awsRegion"
    | "awsAccessKeyId"
    | "awsSecretAccessKey"
    | "awsRoleArn"
    | "awsTokenFile"
    | "transitUrl"
    | "transitToken"
    | "transitRoleId"
    | "transitSecretId"
    | "transitKubernetesRole"]: string | null
}

/** Throws ConfigError where a custodian that is named lacks a setting. */
export function checkCustody(config: Checked): void {
  const used = new Set([config.custody, ...config.nextCustody, ...config.formerCustody])
  if (used.has("aws-kms")) {
    if (config.awsKmsKey === null) throw new ConfigError("KALENDS_AWS_KMS_KEY is missing; aws-kms needs it.")
    if (config.awsRegion === null) throw new ConfigError("AWS_REGION is missing; aws-kms needs it.")
    const isFixed = config.awsAccessKeyId !== null && config.awsSecretAccessKey !== null
    if (!isFixed && (config.awsRoleArn === null || config.awsTokenFile === null))
      throw new ConfigError(
        "aws-kms needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.",
      )
  }
  if (used.has("transit")) {
    if (config.transitUrl === null) throw new ConfigError("KALENDS_TRANSIT_URL is missing; transit needs it.")
    const isAppRole = config.transitRoleId !== null && config.transitSecretId !== null
    if (config.transitToken === null && !isAppRole && config.transitKubernetesRole === null)
      throw new ConfigError(
        "transit needs KALENDS_TRANSIT_TOKEN, or KALENDS_TRANSIT_ROLE_ID and KALENDS_TRANSIT_SECRET_ID, or KALENDS_TRANSIT_KUBERNETES_ROLE.",
      )
  }
}

declare module "fxa-common-password-list" {
  /** fxa-common-password-list 0.0.4 has no types of its own: Mozilla's list of common passwords, in lower case. */
  const list: { test(password: string): boolean }
  export = list
}

package io.entrarelay.simulator;

/** What is the matter with a tenant, for tests of what a client says and does about it. */
public enum TenantCondition {
  /** Nothing. */
  WELL,
  /** The application's permissions are not granted: 403. */
  PERMISSION_MISSING,
  /** The tenant has no Entra ID P1 or P2: 403 on sign-ins. */
  LICENCE_MISSING,
  /** The application doesn't exist in the tenant: AADSTS700016. */
  APPLICATION_MISSING,
  /** The application has no service principal in the tenant: AADSTS7000229. */
  CONSENT_MISSING,
  /** The certificate is not registered with the application: AADSTS700027. */
  CERTIFICATE_MISSING,
  /** Every request for a page is answered 429 with {@code Retry-After: 1}. */
  THROTTLED,
  /** Every page takes two seconds to begin. */
  SLOW,
  /** Every request for a page is answered 503. */
  BROKEN,
  /** The token endpoint answers every request of the tenant 503. */
  TOKEN_ENDPOINT_DOWN
}

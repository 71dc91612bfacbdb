package io.entrarelay.simulator;

/** How a redirect says that the administrator clicked Cancel; all have been seen or documented. */
public enum CancelledAs {
  /** {@code error=access_denied&error_subcode=cancel}. */
  CANCEL,
  /** {@code error=access_denied}, AADSTS65004 and {@code admin_consent=True}. */
  DECLINED,
  /** {@code admin_consent=True&error=consent_required}, AADSTS65004: version 2's page. */
  CONSENT_REQUIRED,
  /** {@code error=permission_denied}, without a number: version 1's page. */
  PERMISSION_DENIED
}

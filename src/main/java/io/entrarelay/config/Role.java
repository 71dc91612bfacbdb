package io.entrarelay.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What someone may do in the console; each role includes those before it. */
public enum Role {
  /** Sees everything but secrets and the audit log. */
  VIEWER,
  /** Pauses, resumes, refreshes, reads again, sends again; stops and starts routes. */
  OPERATOR,
  /** Adds and removes tenants, their consent and credentials; reads the audit log. */
  TENANT_ADMINISTRATOR;

  /** As people write it: {@code tenant-administrator}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** The role that is written so; empty where there is none. */
  public static Optional<Role> of(String text) {
    return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
  }

  /** All, as people write them. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(Role::text).toList();
  }
}

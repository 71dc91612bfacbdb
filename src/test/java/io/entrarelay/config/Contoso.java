package io.entrarelay.config;

import io.entrarelay.credential.CredentialSource.PemFiles;
import io.entrarelay.graph.Cloud;
import java.nio.file.Path;
import java.util.List;

/** An integration for tests that read no files. */
public final class Contoso {
  public static final Integration INTEGRATION =
      new Integration(
          "contoso",
          "Contoso",
          "7f3f5d6c-3a5b-4c59-9a44-6d1f6f7f0a01",
          "c0ffee00-1111-4222-8333-944455556666",
          Cloud.named("global").orElseThrow(),
          new PemFiles(Path.of("none"), Path.of("none")),
          null,
          List.of("signIns"),
          null);

  private Contoso() {}
}

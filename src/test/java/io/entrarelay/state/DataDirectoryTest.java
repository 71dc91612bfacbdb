package io.entrarelay.state;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path root;

  private void use(String purpose) throws Exception {
    try (DataDirectory data = DataDirectory.take(root, purpose)) {
      if (!Files.exists(data.database())) {
        Files.createFile(data.database());
      }
    }
  }

  @Test
  void realRecordsDoNotComeAmongADemos() throws Exception {
    use("demo");
    use("demo");
    assertThatThrownBy(() -> use("run"))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the data directory "
                + root
                + " holds a demo's made-up records. Remove it, or give another one with --data");
    use("demo"); // the refused one has let go
  }

  @Test
  void aDemosRecordsDoNotComeAmongRealOnes() throws Exception {
    use("run");
    use("collect");
    assertThatThrownBy(() -> use("demo"))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "the data directory "
                + root
                + " holds what was really collected, and the demo's records would come among it."
                + " Give the demo a directory of its own with --data");
  }
}

package io.entrarelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the files hold, a reader takes it or says what is wrong: nothing else comes out. */
@NullUnmarked
class ReaderFuzzTest {
  private static final int ROUNDS = 4_000;
  private static final String[] PIECES = {
    "\t",
    "\n",
    ": ",
    "- ",
    "*a",
    "&a ",
    "!!map ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "|\n",
    "---\n",
    "...\n",
    "<<: ",
    "? ",
    "%",
    "@",
    "`",
    "\0",
    "\r",
    "\uFEFF",
    "\u0085",
    "\uD83D\uDE00",
    "${",
    "~",
    "reports",
    "relay",
    "cloud: custom\n",
    "0",
    "60s",
    "https://[",
    "  ",
    ">-\n",
    "!",
    "\\x",
    "=",
    ","
  };

  @TempDir Path directory;

  @Test
  void integrationsAreReadOrRefused() throws IOException {
    Path file = directory.resolve("contoso.yaml");
    IntegrationReader reader = new IntegrationReader(IntegrationReaderTest.REPORTS, true);
    String custom =
        IntegrationReaderTest.CONTOSO
            + "cloud: custom\nendpoints: {authority: 'http://[::1]:1', graph: \"https://a\"}\n";
    int read = mutate(custom, file, () -> assertThat(reader.read(file).name()).isNotEmpty());

    // Mutations that hit nothing important are many, and so are the others: both ways are walked.
    assertThat(read).isBetween(ROUNDS / 100, ROUNDS * 9 / 10);
  }

  @Test
  void settingsAreReadOrRefused() throws IOException {
    String opened =
        Files.readString(Path.of("config/application.yaml"))
            .replaceAll("(?m)^( *)#([a-z-]+:)", "$1$2");
    String bare = opened.replaceAll("(?m)^ *#.*\n", "");
    Path file = directory.resolve("application.yaml");
    int read =
        mutate(bare, file, () -> SettingsReader.read(directory, Map.of("NAME", "x"), Map.of()));

    assertThat(read).isBetween(ROUNDS / 100, ROUNDS * 9 / 10);
  }

  private static int mutate(String text, Path file, Runnable reading) throws IOException {
    int read = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      byte[] bytes = mutation(text, new Random(seed));
      Files.write(file, bytes);
      try {
        reading.run();
        read++;
      } catch (ConfigurationException e) {
        assertThat(e.problems()).as("seed " + seed).isNotEmpty();
        assertThat(e.getMessage()).as("seed " + seed).doesNotContain("Exception", "null", "org.");
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError(
            "seed " + seed + ":\n" + new String(bytes, StandardCharsets.UTF_8), e);
      }
    }
    return read;
  }

  private static byte[] mutation(String text, Random random) {
    StringBuilder mutated = new StringBuilder(text);
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(mutated.length());
      int end = Math.min(mutated.length(), at + 1 + random.nextInt(12));
      switch (random.nextInt(5)) {
        case 0 -> mutated.delete(at, end);
        case 1 -> mutated.insert(at, PIECES[random.nextInt(PIECES.length)]);
        case 2 -> mutated.replace(at, end, PIECES[random.nextInt(PIECES.length)]);
        case 3 -> mutated.insert(at, mutated.substring(at, end));
        default -> mutated.setCharAt(at, (char) random.nextInt(0x300));
      }
    }
    byte[] bytes = mutated.toString().getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(10) == 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }
}

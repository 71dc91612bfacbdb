package io.entrarelay.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes inputs as damage, transports and attackers do: parts left out, doubled, repeated many
 * times, cut off, joined with another input's, bytes changed, and words of the input's language set
 * in.
 */
final class Mutations {
  private static final Pattern ESCAPE = Pattern.compile("\\\\(?:x([0-9A-Fa-f]{2})|([\\\\\"]))");

  private final Random random;
  private final List<byte[]> words;
  private final int longest;

  /**
   * @param dictionary in libFuzzer's form: a word in quotes on each line, with {@code \xAB}
   */
  Mutations(Random random, Path dictionary, int longest) throws IOException {
    this.random = random;
    this.longest = longest;
    try (var lines = Files.lines(dictionary)) {
      words = lines.filter(line -> line.startsWith("\"")).map(Mutations::word).toList();
    }
  }

  private static byte[] word(String line) {
    Matcher escapes = ESCAPE.matcher(line.substring(1, line.lastIndexOf('"')));
    return escapes
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1) == null
                        ? found.group(2)
                        : String.valueOf((char) Integer.parseInt(found.group(1), 16))))
        .getBytes(ISO_8859_1);
  }

  /** One to five changes of the input. */
  byte[] of(byte[] input, byte[] other) {
    byte[] changed = input;
    for (int changes = 1 + random.nextInt(random.nextInt(5) + 1); changes > 0; changes--) {
      changed = changed(changed, other);
    }
    return changed.length <= longest ? changed : Arrays.copyOf(changed, longest);
  }

  private byte[] changed(byte[] input, byte[] other) {
    int at = random.nextInt(input.length + 1);
    int to = at + random.nextInt(Math.min(input.length - at, usualLength()) + 1);
    byte[] part = Arrays.copyOfRange(input, at, to);
    return switch (random.nextInt(10)) {
      case 0 -> joined(input, at, to, new byte[0], 0); // left out
      case 1 -> joined(input, to, to, part, 1); // doubled
      case 2 -> joined(input, at, at, word(), 1);
      case 3 -> joined(input, at, to, word(), 1);
      case 4 -> joined(input, at, at, part(other), 1);
      case 5 -> joined(input, at, to, part(other), 1);
      case 6 -> random.nextInt(4) > 0 ? input : Arrays.copyOf(input, at); // cut off
      case 7 ->
          random.nextInt(20) > 0
              ? input
              : joined(
                  input, at, to, random.nextBoolean() ? part : word(), 1 << random.nextInt(15));
      case 8 -> withByte(input, at, (byte) random.nextInt(256));
      default -> withByte(input, at, nearby(input, at));
    };
  }

  private int usualLength() {
    return 1 << random.nextInt(8);
  }

  private byte[] word() {
    return words.get(random.nextInt(words.size()));
  }

  private byte[] part(byte[] other) {
    int from = random.nextInt(other.length + 1);
    return Arrays.copyOfRange(
        other, from, from + random.nextInt(Math.min(other.length - from, usualLength()) + 1));
  }

  private byte nearby(byte[] input, int at) {
    if (input.length == 0) {
      return 0;
    }
    byte old = input[Math.min(at, input.length - 1)];
    return switch (random.nextInt(3)) {
      case 0 -> (byte) (old ^ (1 << random.nextInt(8)));
      case 1 -> (byte) (old + random.nextInt(9) - 4);
      default -> input[random.nextInt(input.length)];
    };
  }

  private static byte[] withByte(byte[] input, int at, byte value) {
    if (at == input.length) {
      return input;
    }
    byte[] changed = input.clone();
    changed[at] = value;
    return changed;
  }

  /** The input with a part, several times, in the place of what is between {@code at} and to. */
  private byte[] joined(byte[] input, int at, int to, byte[] part, int times) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream(input.length + part.length);
    joined.write(input, 0, at);
    for (int i = 0; i < times && joined.size() < longest; i++) {
      joined.writeBytes(part);
    }
    joined.write(input, to, input.length - to);
    return joined.toByteArray();
  }
}

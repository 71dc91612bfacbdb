package io.entrarelay.credential;

import static io.entrarelay.credential.Pems.CLOCK;
import static io.entrarelay.credential.Pems.KEY;
import static io.entrarelay.credential.Pems.LEAF;
import static io.entrarelay.credential.Pems.der;
import static io.entrarelay.credential.Pems.pem;
import static io.entrarelay.credential.Pems.pkcs1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever bytes stand in the file: taken or refused in words, soon. */
class PemFileFuzzTest {
  private static final Path FILE = Path.of("fuzzed.pem");
  private static final int ROUNDS = 4_000;

  private static final String[] CRUMBS = {
    "-----BEGIN ",
    "-----END ",
    "-----",
    "PRIVATE KEY",
    "CERTIFICATE",
    "RSA ",
    "ENCRYPTED ",
    "EC ",
    "\n",
    "\r",
    "\\n",
    " ",
    "\u0000",
    "\uFEFF",
    "=",
    "MII",
    "Proc-Type: 4,ENCRYPTED",
    "–––––",
    "CERTIFICATE REQUEST",
    "PKCS7",
    "OPENSSH "
  };

  @Test
  @Timeout(60)
  void mutatedFilesAreTakenOrRefused(@TempDir Path folder) throws Exception {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    byte[][] originals = {
      (pem(KEY) + pem(LEAF)).getBytes(UTF_8),
      (pem(LEAF) + pkcs1(KEY)).getBytes(UTF_8),
      (pem(KEY) + pem(LEAF)).getBytes(UTF_16LE),
      der(LEAF),
      KEY.getPrivate().getEncoded(),
      new byte[0]
    };
    CredentialReader reader = new CredentialReader(CLOCK);
    Path file = folder.resolve("fuzzed.pem");
    Map<Refusal, Integer> refused = new EnumMap<>(Refusal.class);
    int taken = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] content = mutated(originals[random.nextInt(originals.length)], random);
      Files.write(file, content);
      try {
        reader.read(file, file);
        taken++;
      } catch (CredentialException expected) {
        refused.merge(expected.code(), 1, Integer::sum);
      } catch (RuntimeException | Error unexpected) {
        throw new AssertionError(
            "seed " + seed + ", round " + round + ": " + Arrays.toString(content), unexpected);
      }
    }
    assertThat(refused.keySet())
        .as("the mutations reach the scanner, the parsers and the checks (seed %s)", seed)
        .contains(
            Refusal.NO_PEM,
            Refusal.TRUNCATED,
            Refusal.BASE64,
            Refusal.KEY_PARSE,
            Refusal.CERT_PARSE);
    assertThat(taken).as("some change nothing that counts (seed %s)", seed).isPositive();
  }

  @Test
  void mutatedContentOfSoundBlocksIsTakenOrRefused() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      String text =
          pem("PRIVATE KEY", mutatedBytes(KEY.getPrivate().getEncoded(), random))
              + pem("RSA PRIVATE KEY", mutatedBytes(Pems.pkcs1Der(KEY), random));
      for (PemFile.Block block : scan(text)) {
        try {
          RsaKey.read(block);
        } catch (CredentialException expected) {
          assertThat(expected.code())
              .as("seed %s, round %s", seed, round)
              .isIn(Refusal.KEY_PARSE, Refusal.NOT_RSA);
        }
      }
    }
  }

  /** Inputs that make careless scanners and regular expressions quadratic; 1 MiB each. */
  @Test
  void theLargestFilesTakeNoLongerThanTheyShould() {
    for (String unit :
        List.of(
            "-----BEGIN A-----",
            "-----BEGIN A-----\n-----END A-----\n",
            "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
            "-----BEGIN ",
            "-----END ",
            "-",
            "- ",
            "BEGIN ",
            "BEGIN A B C D E F G H I J K L M N O P Q R S T ",
            "Proc-Type:    ",
            "\\n",
            " ",
            "M",
            "\u0000A",
            "0\u0080")) {
      byte[] content =
          Arrays.copyOf(
              unit.repeat(PemFile.LIMIT / unit.length() + 1).getBytes(UTF_8), PemFile.LIMIT);
      assertThatCode(
              () -> {
                long start = System.nanoTime();
                try {
                  for (PemFile.Block block : PemFile.scan(FILE, content).blocks()) {
                    block.encrypted();
                    block.der();
                  }
                } catch (CredentialException expected) {
                  // the time is what counts
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(2));
              })
          .as(unit)
          .doesNotThrowAnyException();
    }
  }

  @Test
  @Timeout(20)
  void nestedDerIsRefusedWithoutOverflow() {
    // SEQUENCE of SEQUENCE of …, of indefinite length
    byte[] nested = new byte[PemFile.LIMIT];
    for (int i = 0; i < nested.length; i++) {
      nested[i] = (byte) (i % 2 == 0 ? 0x30 : 0x80);
    }
    assertThatCode(() -> PemFile.scan(FILE, nested)).isInstanceOf(CredentialException.class);
    for (String label : List.of("PRIVATE KEY", "RSA PRIVATE KEY")) {
      List<PemFile.Block> blocks = scan(pem(label, Arrays.copyOf(nested, 500_000)));
      assertThatCode(() -> RsaKey.read(blocks.get(0)))
          .isInstanceOf(CredentialException.class)
          .hasMessageStartingWith("KEY_PARSE: ");
    }
  }

  private static List<PemFile.Block> scan(String text) {
    try {
      return PemFile.scan(FILE, text.getBytes(UTF_8)).blocks();
    } catch (CredentialException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static byte[] mutatedBytes(byte[] original, Random random) {
    byte[] content = original.clone();
    for (int n = random.nextInt(4); n >= 0; n--) {
      // the outline's lengths and tags stand at the front
      int at = random.nextInt(random.nextBoolean() ? 60 : content.length);
      content[at] = (byte) random.nextInt(256);
    }
    return content;
  }

  private static byte[] mutated(byte[] original, Random random) {
    List<Byte> content = new ArrayList<>(original.length);
    for (byte b : original) {
      content.add(b);
    }
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = content.isEmpty() ? 0 : random.nextInt(content.size());
      int to = Math.min(content.size(), at + 1 + random.nextInt(70));
      switch (random.nextInt(6)) {
        case 0 -> content.subList(at, to).clear();
        case 1 -> content.addAll(at, List.copyOf(content.subList(at, to)));
        case 2 -> insert(content, at, CRUMBS[random.nextInt(CRUMBS.length)]);
        case 3 -> {
          if (at < content.size()) {
            content.set(at, (byte) random.nextInt(256));
          }
        }
        case 4 -> {
          if (at < content.size()) {
            content.set(at, (byte) "ABCxyz019+/=- \n".charAt(random.nextInt(15)));
          }
        }
        default -> content.subList(to, content.size()).clear();
      }
    }
    byte[] mutated = new byte[content.size()];
    for (int i = 0; i < mutated.length; i++) {
      mutated[i] = content.get(i);
    }
    return mutated;
  }

  private static void insert(List<Byte> content, int at, String crumb) {
    byte[] bytes = crumb.getBytes(UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      content.add(at + i, bytes[i]);
    }
  }
}

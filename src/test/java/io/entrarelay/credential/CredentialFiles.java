package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Files that are taken or refused as a credential, of every kind that has a test. */
public final class CredentialFiles {
  /** The time at which the certificates among them are valid. */
  public static final Clock CLOCK = Pems.CLOCK;

  private CredentialFiles() {}

  /** One of each kind, and some whose Base64 is sound while what it holds is not. */
  public static List<byte[]> ofEveryKind(Random random) {
    List<byte[]> files = new ArrayList<>();
    Stream<Arguments> tested;
    try {
      tested =
          Stream.concat(CredentialReaderTest.takenFiles(), CredentialReaderTest.refusedFiles());
    } catch (Exception impossible) {
      throw new AssertionError(impossible);
    }
    for (Arguments arguments : tested.toList()) {
      for (Object argument : arguments.get()) {
        if (argument instanceof byte[] file && file.length < 20_000) {
          files.add(file);
        }
      }
    }
    files.add(Pems.pem("A".repeat(60), new byte[1]).getBytes(UTF_8));
    for (int i = 0; i < 20; i++) { // the parts of a key behind its modulus
      byte[] key = Pems.KEY.getPrivate().getEncoded();
      key[400 + random.nextInt(key.length - 400)] ^= (byte) (1 << random.nextInt(8));
      files.add((Pems.pem("PRIVATE KEY", key) + Pems.pem(Pems.LEAF)).getBytes(UTF_8));
    }
    for (int i = 0; i < 60; i++) {
      byte[] key = damaged(Pems.KEY.getPrivate().getEncoded(), random);
      byte[] pkcs1 = damaged(Pems.pkcs1Der(Pems.KEY), random);
      byte[] certificate = damaged(Pems.der(Pems.LEAF), random);
      String text =
          switch (i % 4) {
            case 0 -> Pems.pem("PRIVATE KEY", key) + Pems.pem(Pems.LEAF);
            case 1 -> Pems.pem("RSA PRIVATE KEY", pkcs1) + Pems.pem(Pems.LEAF);
            case 2 -> Pems.pem(Pems.KEY) + Pems.pem("CERTIFICATE", certificate);
            default -> Pems.pem("PRIVATE KEY", key) + Pems.pem("CERTIFICATE", certificate);
          };
      files.add(text.getBytes(UTF_8));
    }
    return files;
  }

  /** Some bytes are others: a tag or length at the front, as often as not. */
  private static byte[] damaged(byte[] der, Random random) {
    byte[] damaged = der.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(random.nextBoolean() ? 60 : damaged.length);
      damaged[at] = (byte) random.nextInt(256);
    }
    return damaged;
  }
}

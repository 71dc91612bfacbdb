package io.entrarelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.credential.Credential;
import io.entrarelay.credential.CredentialException;
import io.entrarelay.credential.CredentialFiles;
import io.entrarelay.credential.CredentialReader;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A credential's file: what is taken is a pair whose key signs for its certificate, and what is
 * refused is so in words that quote nothing of the file.
 */
final class PemTarget implements FuzzTarget {
  private static final int LONGEST = 40_000;
  private static final Pattern LINE = Pattern.compile("\\blines? (\\d+)");

  /** Base64 longer than the longest label, which may be quoted. */
  private static final Pattern CONTENT = Pattern.compile("[A-Za-z0-9+/=]{41,}");

  private final InputFile file = new InputFile("credential.pem");
  private final CredentialReader reader = new CredentialReader(CredentialFiles.CLOCK);

  @Override
  public String read(byte[] input) throws Exception {
    file.write(input);
    long bytes = 2_000_000 + 200L * input.length;
    try {
      Effort.within(bytes, () -> CredentialReader.certificates(file.path()));
    } catch (CredentialException e) {
      check(e, input);
    }
    CredentialReader.Loaded loaded;
    try {
      loaded = Effort.within(bytes, () -> reader.read(file.path(), file.path()));
    } catch (CredentialException e) {
      check(e, input);
      return e.code() + (e.reason().length() < 40 ? e.reason() : e.reason().substring(0, 40));
    }
    check(loaded.credential());
    loaded.notes().forEach(note -> Claim.isLine(note, 1_000));
    return "taken with notes: " + loaded.notes().size();
  }

  private static void check(Credential credential) throws Exception {
    RSAPublicKey certified = (RSAPublicKey) credential.certificate().getPublicKey();
    Claim.that(certified.getModulus().bitLength() >= CredentialReader.LEAST_KEY_BITS, "a weak key");
    credential.certificate().checkValidity(Date.from(CredentialFiles.CLOCK.instant()));
    byte[] said = "said".getBytes(UTF_8);
    Signature signature = Signature.getInstance("SHA384withRSA");
    signature.initSign(credential.privateKey());
    signature.update(said);
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(said);
    Claim.that(signature.verify(signed), "the key doesn't sign for the certificate");
  }

  private void check(CredentialException refusal, byte[] input) {
    String message = refusal.getMessage();
    Claim.isLine(message, 1_000);
    Claim.that(message.startsWith(refusal.code() + ": " + file.path() + ": "), "%s", message);
    Claim.that(refusal.getCause() == null, "a cause, which may quote the file");
    String words = message.replace(file.path().toString(), "");
    Claim.that(!CONTENT.matcher(words).find(), "it quotes the file: %s", words);
    Matcher lines = LINE.matcher(words);
    while (lines.find()) {
      int line = Integer.parseInt(lines.group(1));
      Claim.that(line >= 1 && line <= InputFile.lines(input), "line %d of the file", line);
    }
  }

  @Override
  public List<byte[]> seeds(Random random) {
    return CredentialFiles.ofEveryKind(random);
  }

  @Override
  public int longest() {
    return LONGEST;
  }
}

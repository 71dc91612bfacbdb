package io.entrarelay.credential;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.entrarelay.credential.PemFile.Block;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a credential from PEM and makes sure that it will work, as far as that can be known without
 * Entra: MSAL itself sends anything. Of the certificate's file only the certificates count, of the
 * private key's file only the key, so that either may be a file that holds both.
 */
public final class CredentialReader {
  /** The shortest RSA key taken, in bits. */
  public static final int LEAST_KEY_BITS = 2048;

  /** How long before its end a certificate gets a note. */
  public static final Duration EXPIRY_NOTICE = Duration.ofDays(30);

  private static final Set<String> CERTIFICATE_LABELS =
      Set.of("CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** What stands for the path of a certificate that is in no file. */
  public static final Path CERTIFICATE = Path.of("certificate");

  /** What stands for the path of a private key that is in no file. */
  public static final Path PRIVATE_KEY = Path.of("private key");

  private final Clock clock;
  private final @Nullable Secrets secrets;

  /** The key that was tried last: the integrations of one application have the same. */
  private volatile @Nullable RSAPrivateCrtKey signing;

  /**
   * A credential that was taken.
   *
   * @param notes what deserves attention though it refuses nothing, one sentence or two each
   */
  public record Loaded(Credential credential, List<String> notes) {}

  /**
   * @param clock tells whether a certificate is valid now
   */
  public CredentialReader(Clock clock) {
    this(clock, null);
  }

  /**
   * @param secrets opens what is sealed; null where nothing is
   */
  public CredentialReader(Clock clock, @Nullable Secrets secrets) {
    this.clock = clock;
    this.secrets = secrets;
  }

  /** As {@link #read(Path, Path)}, from wherever the two are kept. */
  public Loaded read(CredentialSource source) throws CredentialException {
    if (source instanceof CredentialSource.PemFiles files) {
      return read(files.certificate(), files.privateKey());
    }
    CredentialSource.Sealed sealed = (CredentialSource.Sealed) source;
    if (secrets == null) {
      throw new IllegalStateException("nothing sealed was expected");
    }
    return read(sealed.certificate(), secrets.open(sealed.privateKey(), sealed.owner()));
  }

  /** As {@link #read(Path, Path)}, from PEM texts; either may hold both. */
  public Loaded read(String certificate, String privateKey) throws CredentialException {
    return loaded(
        PemFile.scan(CERTIFICATE, certificate.getBytes(UTF_8)),
        PemFile.scan(PRIVATE_KEY, privateKey.getBytes(UTF_8)));
  }

  /**
   * Reads and checks the pair: the certificate is the one of the private key (the file may hold a
   * chain, in any order), of several the one valid now that ends last; the two sign and verify.
   *
   * @param certificate a PEM file with at least the key's own certificate
   * @param privateKey a PEM file with one RSA key, PKCS#8 or PKCS#1; may be the same file
   * @throws CredentialException with the cause and the remedy, if the pair can't be used
   */
  public Loaded read(Path certificate, Path privateKey) throws CredentialException {
    PemFile keyFile = PemFile.read(privateKey);
    return loaded(certificate.equals(privateKey) ? keyFile : PemFile.read(certificate), keyFile);
  }

  private Loaded loaded(PemFile certificateFile, PemFile keyFile) throws CredentialException {
    Path certificate = certificateFile.path();
    Path privateKey = keyFile.path();
    RSAPrivateCrtKey key = RsaKey.read(keyBlock(keyFile));
    X509Certificate leaf = leaf(key, certificateFile, privateKey);
    check(key, leaf, certificate, privateKey);
    return new Loaded(new Credential(key, leaf), notes(leaf, certificate, privateKey));
  }

  /**
   * The certificates of a file, at least one, in the file's order; whether they are valid now and
   * what else the file holds doesn't matter.
   */
  public static List<X509Certificate> certificates(Path file) throws CredentialException {
    return certificates(PemFile.read(file));
  }

  /** As {@link #certificates(Path)}, of a PEM text. */
  public static List<X509Certificate> certificates(String text) throws CredentialException {
    return certificates(PemFile.scan(CERTIFICATE, text.getBytes(UTF_8)));
  }

  /**
   * The text of a PEM file that came from elsewhere, so that it can be read as one that is pasted.
   *
   * @param name the file's, for messages
   * @throws CredentialException where the bytes are something else, like a PKCS#12 store
   */
  public static String text(Path name, byte[] bytes) throws CredentialException {
    PemFile.scan(name, bytes);
    return PemFile.text(bytes);
  }

  private static List<X509Certificate> certificates(PemFile file) throws CredentialException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : file.blocks()) {
      if (CERTIFICATE_LABELS.contains(block.label())) {
        certificates.add(certificate(block));
      }
    }
    if (certificates.isEmpty()) {
      throw noCertificate(file);
    }
    return certificates;
  }

  private static X509Certificate certificate(Block block) throws CredentialException {
    byte[] der = block.der();
    if (der[0] == 0x30) { // else the JDK takes it for PEM once more
      try {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        X509Certificate certificate =
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        if (certificate.getPublicKey() != null) {
          return certificate;
        }
      } catch (CertificateException | RuntimeException notACertificate) {
        // said below: the JDK's own words explain nothing
      }
    }
    throw new CredentialException(
        Refusal.CERT_PARSE,
        block.path(),
        "the certificate in line "
            + block.line()
            + " is damaged: it is Base64, but not of a whole certificate; a line may be missing",
        Remedy.COPY_AGAIN);
  }

  private static CredentialException noCertificate(PemFile file) {
    Path path = file.path();
    for (Block block : file.blocks()) {
      if (block.label().endsWith("CERTIFICATE REQUEST")) {
        return new CredentialException(
            Refusal.CSR,
            path,
            "line " + block.line() + " begins a certificate signing request, not a certificate",
            Remedy.signRequest(path, false));
      }
      if (block.label().equals("PKCS7") || block.label().equals("CMS")) {
        return new CredentialException(
            Refusal.PKCS7,
            path,
            "line " + block.line() + " begins a PKCS#7 bundle, not a certificate",
            Remedy.fromPkcs7(path, false));
      }
    }
    return new CredentialException(
        Refusal.NO_CERT,
        path,
        "the file holds no certificate, only: " + labels(file),
        "Name the file with the line -----BEGIN CERTIFICATE----- as certificate.");
  }

  static Block keyBlock(PemFile file) throws CredentialException {
    // one key that stands there twice is still one key
    Map<String, Block> keys = new TreeMap<>();
    for (Block block : file.blocks()) {
      if (block.label().endsWith("PRIVATE KEY")) {
        keys.putIfAbsent(block.label() + block.body().replaceAll("\\s", ""), block);
      }
    }
    if (keys.size() > 1) {
      String lines =
          String.join(
              ", ", keys.values().stream().map(Block::line).sorted().map(String::valueOf).toList());
      throw new CredentialException(
          Refusal.TWO_KEYS,
          file.path(),
          "the file holds more than one private key (lines " + lines + ")",
          "Leave only the key that belongs to the certificate.");
    }
    return keys.values().stream()
        .findFirst()
        .orElseThrow(
            () ->
                new CredentialException(
                    Refusal.NO_KEY,
                    file.path(),
                    "the file holds no private key, only: " + labels(file),
                    "Name the file with the line -----BEGIN PRIVATE KEY----- as private-key."));
  }

  private static String labels(PemFile file) {
    return String.join(", ", file.blocks().stream().map(Block::label).distinct().limit(5).toList());
  }

  private X509Certificate leaf(RSAPrivateCrtKey key, PemFile file, Path privateKey)
      throws CredentialException {
    Instant now = clock.instant();
    List<X509Certificate> certificates = certificates(file);
    return certificates.stream()
        .filter(c -> c.getPublicKey() instanceof RSAPublicKey rsa && RsaKey.belongsTo(key, rsa))
        .max(
            Comparator.comparing((X509Certificate c) -> valid(c, now))
                .thenComparing(X509Certificate::getNotAfter))
        .orElseThrow(
            () ->
                new CredentialException(
                    Refusal.MISMATCH,
                    file.path(),
                    (certificates.size() == 1
                            ? "the certificate ("
                                + Subject.text(certificates.get(0).getSubjectX500Principal())
                                + ") does not belong"
                            : "none of the " + certificates.size() + " certificates belongs")
                        + " to the private key in "
                        + privateKey,
                    "Name the certificate and the key that were made together"
                        + Remedy.OR_NEW_PAIR));
  }

  private static boolean valid(X509Certificate certificate, Instant now) {
    return !now.isBefore(certificate.getNotBefore().toInstant())
        && !now.isAfter(certificate.getNotAfter().toInstant());
  }

  private void check(RSAPrivateCrtKey key, X509Certificate leaf, Path certificate, Path privateKey)
      throws CredentialException {
    int bits = key.getModulus().bitLength();
    if (bits < LEAST_KEY_BITS) {
      throw new CredentialException(
          Refusal.WEAK,
          privateKey,
          "the RSA key has " + bits + " bits, fewer than " + LEAST_KEY_BITS,
          Remedy.NEW_PAIR);
    }
    if (!signs(key, (RSAPublicKey) leaf.getPublicKey())) {
      throw new CredentialException(
          Refusal.MISMATCH,
          privateKey,
          "the private key looks like the certificate's, but what it signs does not verify, so it"
              + " is damaged",
          "Restore it from a backup" + Remedy.OR_NEW_PAIR);
    }
    Instant now = clock.instant();
    Instant first = leaf.getNotBefore().toInstant();
    Instant last = leaf.getNotAfter().toInstant();
    if (now.isAfter(last)) {
      throw new CredentialException(
          Refusal.EXPIRED,
          certificate,
          "the certificate ("
              + Subject.text(leaf.getSubjectX500Principal())
              + ") expired on "
              + TIME.format(last),
          "Make a new pair and upload its certificate to the app registration: entra-relay"
              + " certificate new NAME --force");
    }
    if (now.isBefore(first)) {
      throw new CredentialException(
          Refusal.NOT_YET,
          certificate,
          "the certificate ("
              + Subject.text(leaf.getSubjectX500Principal())
              + ") is valid only from "
              + TIME.format(first)
              + ", and this machine's clock says "
              + TIME.format(now),
          "Check the clock and its time zone, or wait until then.");
    }
  }

  /**
   * @param publicKey with the key's own modulus and exponent
   */
  private boolean signs(RSAPrivateCrtKey key, RSAPublicKey publicKey) {
    boolean signs = key.equals(signing) || RsaKey.signsFor(key, publicKey);
    if (signs) {
      signing = key;
    }
    return signs;
  }

  private List<String> notes(X509Certificate leaf, Path certificate, Path privateKey) {
    List<String> notes = new ArrayList<>();
    Instant last = leaf.getNotAfter().toInstant();
    Duration left = Duration.between(clock.instant(), last);
    if (left.compareTo(EXPIRY_NOTICE) <= 0) {
      notes.add(
          certificate
              + ": the certificate expires on "
              + TIME.format(last)
              + (left.toDays() == 0 ? ", within a day" : ", in " + days(left.toDays()))
              + ". Make its successor in a folder of its own (certificate new NAME --out DIR),"
              + " upload it to the app registration, then put both files here.");
    }
    String algorithm = leaf.getSigAlgName().toUpperCase(Locale.ROOT);
    if (algorithm.startsWith("SHA1") || algorithm.startsWith("MD5")) {
      notes.add(
          certificate
              + ": the certificate is signed with "
              + leaf.getSigAlgName()
              + ", an outdated algorithm. It works, but make the next one with: certificate new.");
    }
    looseMode(privateKey).ifPresent(notes::add);
    return List.copyOf(notes);
  }

  private static String days(long days) {
    return days == 1 ? "1 day" : days + " days";
  }

  private static Optional<String> looseMode(Path privateKey) {
    Set<PosixFilePermission> permissions;
    try {
      permissions = Files.getPosixFilePermissions(privateKey);
    } catch (IOException | UnsupportedOperationException unknown) {
      return Optional.empty(); // nothing to say about a file system without modes
    }
    if (!permissions.contains(PosixFilePermission.GROUP_READ)
        && !permissions.contains(PosixFilePermission.OTHERS_READ)) {
      return Optional.empty();
    }
    String octal =
        Integer.toOctalString(
            Integer.parseInt(
                PosixFilePermissions.toString(permissions)
                    .replace('-', '0')
                    .replaceAll("[rwx]", "1"),
                2));
    return Optional.of(
        privateKey
            + ": mode 0"
            + octal
            + " lets others on this machine read the private key. Keep it to its owner (a"
            + " Kubernetes secret: defaultMode: 0400): chmod 600 "
            + Remedy.quoted(privateKey));
  }
}

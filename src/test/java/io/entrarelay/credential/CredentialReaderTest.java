package io.entrarelay.credential;

import static io.entrarelay.credential.Pems.CLOCK;
import static io.entrarelay.credential.Pems.EC_KEY;
import static io.entrarelay.credential.Pems.KEY;
import static io.entrarelay.credential.Pems.LEAF;
import static io.entrarelay.credential.Pems.OTHER;
import static io.entrarelay.credential.Pems.OTHER_KEY;
import static io.entrarelay.credential.Pems.WEAK_KEY;
import static io.entrarelay.credential.Pems.certificate;
import static io.entrarelay.credential.Pems.der;
import static io.entrarelay.credential.Pems.pem;
import static io.entrarelay.credential.Pems.pkcs1;
import static io.entrarelay.credential.Pems.pkcs1Der;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is taken as a credential, and what is refused in which words. */
class CredentialReaderTest {
  private static final String NEW = "Make a new pair with: entra-relay certificate new NAME";
  private static final String OR_NEW =
      ", or make a new pair with: entra-relay certificate new NAME";
  private static final String COPY =
      "Copy the whole file again from where it was made, from the first dash to the last.";

  private final Path folder;
  private final CredentialReader reader = new CredentialReader(CLOCK);

  CredentialReaderTest(@TempDir Path folder) {
    this.folder = folder;
  }

  static Stream<Arguments> takenFiles() {
    String key = pem(KEY);
    String cert = pem(LEAF);
    String both = key + cert;
    String bags =
        "Bag Attributes\n    localKeyID: 01 02\n    friendlyName: BEGIN of the year\nKey Attributes: <No Attributes>\n";
    return Stream.of(
        arguments("key then certificate", bytes(both)),
        arguments("certificate then key", bytes(cert + key)),
        arguments("PKCS#1", bytes(pkcs1(KEY) + cert)),
        arguments("CRLF", bytes(both.replace("\n", "\r\n"))),
        arguments("CR only", bytes(both.replace("\n", "\r"))),
        arguments("mixed line ends", bytes(key.replace("\n", "\r\n") + cert)),
        arguments("byte order mark", bytes("\uFEFF" + both)),
        arguments("byte order mark within", bytes(key + "\uFEFF" + cert)),
        arguments("UTF-16 LE with a mark", ("\uFEFF" + both).getBytes(UTF_16LE)),
        arguments("UTF-16 BE with a mark", ("\uFEFF" + both).getBytes(UTF_16BE)),
        arguments("UTF-16 LE without a mark", both.getBytes(UTF_16LE)),
        arguments("UTF-16 BE without a mark", both.getBytes(UTF_16BE)),
        arguments("bag attributes", bytes(bags + key + bags + cert)),
        arguments("text in Latin-1 around", ("Schlüssel für Köln\n" + both).getBytes(ISO_8859_1)),
        arguments("no final newline", bytes(both.stripTrailing())),
        arguments("blocks glued together", bytes(key.stripTrailing() + cert)),
        arguments(
            "one long line", bytes(oneLine(key, "PRIVATE KEY") + oneLine(cert, "CERTIFICATE"))),
        arguments("indented", bytes(both.indent(6))),
        arguments("indented with tabs", bytes("\t" + both.replace("\n", "\n\t"))),
        arguments("trailing blanks", bytes(both.replace("\n", "  \t\n"))),
        arguments("literal \\n", bytes(both.replace("\n", "\\n"))),
        arguments("literal \\r\\n, quoted", bytes('"' + both.replace("\n", "\\r\\n") + '"')),
        arguments("newlines turned into blanks", bytes(both.replace("\n", " "))),
        arguments("blank lines", bytes(both.replace("\n", "\n\n"))),
        arguments("TRUSTED CERTIFICATE", bytes(key + cert.replace("CERT", "TRUSTED CERT"))),
        arguments("chain, leaf last", bytes(pem(OTHER) + cert + key)),
        arguments("chain, leaf first", bytes(key + cert + pem(OTHER))),
        arguments(
            "an EC certificate in the chain",
            bytes(key + pem(certificate(EC_KEY, "CN=ec", -1, 9)) + cert)),
        arguments("the same key twice", bytes(key + cert + key)),
        arguments(
            "a request besides the certificate",
            bytes(both + pem("CERTIFICATE REQUEST", request()))),
        arguments(
            "a block of another kind",
            bytes("-----BEGIN PGP MESSAGE-----\n=ab!\n-----END PGP MESSAGE-----\n" + both)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("takenFiles")
  void takes(String form, byte[] content) throws Exception {
    Path file = file("both.pem", content);

    Credential credential = reader.read(file, file).credential();

    assertThat(credential.certificate()).isEqualTo(LEAF);
    assertThat(credential.privateKey()).isEqualTo(KEY.getPrivate());
  }

  @Test
  void takesTwoFilesAndOfEachOnlyWhatItIsNamedFor() throws Exception {
    Path certificate = file("certificate.pem", bytes(pem(LEAF) + pem(OTHER_KEY)));
    Path key = file("key.pem", bytes(pem(KEY) + pem(OTHER)));

    Credential credential = reader.read(certificate, key).credential();

    assertThat(credential.certificate()).isEqualTo(LEAF);
    assertThat(credential.privateKey()).isEqualTo(KEY.getPrivate());
    assertThat(credential).hasToString("Credential[CN=contoso]");
  }

  @Test
  void ofTwoCertificatesForOneKeyTakesTheOneThatEndsLast() throws Exception {
    X509Certificate longer = certificate(KEY, "CN=contoso", -1, 700);
    X509Certificate future = certificate(KEY, "CN=contoso", 5, 900);
    for (List<X509Certificate> order :
        List.of(List.of(LEAF, longer, future), List.of(future, longer, LEAF))) {
      StringBuilder text = new StringBuilder(pem(KEY));
      order.forEach(c -> text.append(pem(c)));
      Path file = file("both.pem", bytes(text.toString()));

      assertThat(reader.read(file, file).credential().certificate())
          .as("valid now, and longest")
          .isEqualTo(longer);
    }
  }

  @Test
  void takesAFileBehindKubernetesLinks() throws Exception {
    Path data = Files.createDirectory(folder.resolve("..2026_11_22"));
    Files.write(data.resolve("both.pem"), bytes(pem(KEY) + pem(LEAF)));
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_22"));
    Path link = Files.createSymbolicLink(folder.resolve("both.pem"), Path.of("..data/both.pem"));

    assertThat(reader.read(link, link).credential().certificate()).isEqualTo(LEAF);
  }

  /** Each: name of the form, content of the file, the message without the code and the path. */
  static Stream<Arguments> refusedFiles() throws Exception {
    String key = pem(KEY);
    String cert = pem(LEAF);
    return Stream.of(
        refused(
            Refusal.EMPTY,
            "no byte",
            "",
            "the file is empty. Put the PEM text into it, or name the file that holds it."),
        refused(
            Refusal.EMPTY,
            "blanks only",
            " \r\n\t\n",
            "the file is empty. Put the PEM text into it, or name the file that holds it."),
        refused(
            Refusal.TOO_LARGE,
            "over 1 MiB",
            key + cert + "x".repeat(1 << 20),
            "the file is larger than 1 MiB, so it is hardly a certificate or key. Name the PEM file itself."),
        refused(
            Refusal.NO_PEM,
            "no header",
            "hello\n",
            "the file has no line -----BEGIN …-----, so it is not PEM. Name a PEM file, or make a new pair with: entra-relay certificate new NAME"),
        refused(
            Refusal.NO_PEM,
            "four dashes",
            key + cert.replace("-----BEGIN", "----BEGIN"),
            damaged(1 + lines(key))),
        refused(Refusal.NO_PEM, "en-dashes", key.replace("-----", "–––––") + cert, damaged(1)),
        refused(
            Refusal.NO_PEM,
            "an em-dash and hyphens",
            key.replace("-----", "—---") + cert,
            damaged(1)),
        refused(
            Refusal.NO_PEM,
            "dashes lost behind",
            key + cert.replace("CERTIFICATE-----\nM", "CERTIFICATE---\nM"),
            damaged(1 + lines(key))),
        refused(
            Refusal.NO_PEM, "small letters", key.toLowerCase(java.util.Locale.ROOT), damaged(1)),
        refused(
            Refusal.NO_PEM,
            "bare Base64 of a certificate",
            Base64.getMimeEncoder().encodeToString(der(LEAF)),
            "this is bare Base64 (of a certificate), without the lines -----BEGIN …----- and -----END …-----. Save it as PEM where it was made, or decode it (openssl base64 -d -A) and follow what is then said."),
        refused(
            Refusal.NO_PEM,
            "bare Base64 of a PKCS#12 store",
            Base64.getEncoder().encodeToString(store("PKCS12")),
            "this is bare Base64 (of a PKCS#12 store), without the lines -----BEGIN …----- and -----END …-----. Save it as PEM where it was made, or decode it (openssl base64 -d -A) and follow what is then said."),
        refused(
            Refusal.TRUNCATED,
            "cut within the certificate",
            key + cert.substring(0, 400),
            "the block CERTIFICATE that begins in line "
                + (1 + lines(key))
                + " has no END line. "
                + COPY),
        refused(
            Refusal.TRUNCATED,
            "key without its end before the certificate",
            key.replace("-----END PRIVATE KEY-----\n", "") + cert,
            "the block PRIVATE KEY that begins in line 1 has no END line. " + COPY),
        refused(
            Refusal.TRUNCATED,
            "an end of another kind",
            key.replace("END PRIVATE", "END RSA PRIVATE") + cert,
            "the block PRIVATE KEY that begins in line 1 has an END line that is damaged or another block's. "
                + COPY),
        refused(
            Refusal.BASE64,
            "a character lost",
            key + cert.replaceFirst("\nMI", "\nM"),
            "the block CERTIFICATE that begins in line "
                + (1 + lines(key))
                + " is not Base64: a character was lost, added or changed. "
                + COPY),
        refused(
            Refusal.BASE64,
            "a character that is none",
            key.replaceFirst("\nMI", "\nM*") + cert,
            "the block PRIVATE KEY that begins in line 1 is not Base64: a character was lost, added or changed. "
                + COPY),
        refused(
            Refusal.BASE64,
            "padding lost",
            key + pem("CERTIFICATE", new byte[] {0x30, 1, 2, 3}).replace("=", ""),
            "the block CERTIFICATE that begins in line "
                + (1 + lines(key))
                + " is not Base64: a character was lost, added or changed. "
                + COPY),
        refused(
            Refusal.BASE64,
            "bits behind the last byte",
            key + pem("CERTIFICATE", new byte[] {0x30}).replace("MA==", "MB=="),
            "the block CERTIFICATE that begins in line "
                + (1 + lines(key))
                + " is not Base64: a character was lost, added or changed. "
                + COPY),
        refused(
            Refusal.BASE64,
            "a block with nothing in it",
            key + "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n",
            "the block CERTIFICATE that begins in line " + (1 + lines(key)) + " is empty. " + COPY),
        refused(
            Refusal.KEY_PARSE,
            "a line of the key is missing",
            withoutLine(key, 3) + cert,
            "the private key in line 1 is damaged: it is Base64, but not of a whole RSA key; a line may be missing. "
                + COPY),
        refused(
            Refusal.KEY_PARSE,
            "a line of the PKCS#1 key is missing",
            cert + withoutLine(pkcs1(KEY), 3),
            "the private key in line "
                + (1 + lines(cert))
                + " is damaged: it is Base64, but not of a whole RSA key; a line may be missing. "
                + COPY),
        refused(
            Refusal.KEY_PARSE,
            "a key with parts of absurd length",
            cert
                + pem(
                    "RSA PRIVATE KEY",
                    new RSAPrivateKey(
                            modulus(),
                            exponent(),
                            BigInteger.TWO.pow(500_000),
                            BigInteger.TEN,
                            BigInteger.TEN,
                            BigInteger.TEN,
                            BigInteger.TEN,
                            BigInteger.TEN)
                        .getEncoded()),
            "the private key in line "
                + (1 + lines(cert))
                + " is damaged: it is Base64, but not of a whole RSA key; a line may be missing. "
                + COPY),
        refused(
            Refusal.CERT_PARSE,
            "a line of the certificate is missing",
            key + withoutLine(cert, 3),
            "the certificate in line "
                + (1 + lines(key))
                + " is damaged: it is Base64, but not of a whole certificate; a line may be missing. "
                + COPY),
        refused(
            Refusal.CERT_PARSE,
            "a PEM within the PEM",
            key + pem("CERTIFICATE", bytes(cert)),
            "the certificate in line "
                + (1 + lines(key))
                + " is damaged: it is Base64, but not of a whole certificate; a line may be missing. "
                + COPY),
        refused(
            Refusal.ENCRYPTED_KEY,
            "PKCS#8 behind a passphrase",
            pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}) + cert,
            "the private key in line 1 is encrypted with a passphrase. Decrypt it into a new file, name that one as private-key, and keep it from others' eyes: openssl pkey -in FILE.pem -out FILE.decrypted.pem"),
        refused(
            Refusal.ENCRYPTED_KEY,
            "PKCS#1 behind a passphrase",
            cert
                + pkcs1(KEY)
                    .replace(
                        "KEY-----\nM",
                        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00FF\n\nM"),
            "the private key in line "
                + (1 + lines(cert))
                + " is encrypted with a passphrase. Decrypt it into a new file, name that one as private-key, and keep it from others' eyes: openssl pkey -in FILE.pem -out FILE.decrypted.pem"),
        refused(Refusal.NOT_RSA, "EC in PKCS#8", pem(EC_KEY) + cert, notRsa("EC")),
        refused(
            Refusal.NOT_RSA,
            "EC in SEC1 behind its parameters",
            pem("EC PARAMETERS", new byte[] {6, 1, 1})
                + pem("EC PRIVATE KEY", new byte[] {0x30, 0})
                + cert,
            notRsa("EC").replace("line 1", "line 4")),
        refused(
            Refusal.NOT_RSA,
            "Ed25519",
            pem("PRIVATE KEY", generated("Ed25519").getEncoded()) + cert,
            notRsa("Ed25519")),
        refused(
            Refusal.NOT_RSA,
            "RSASSA-PSS",
            pem("PRIVATE KEY", generated("RSASSA-PSS").getEncoded()) + cert,
            notRsa("RSASSA-PSS")),
        refused(
            Refusal.NOT_RSA,
            "DSA",
            pem("DSA PRIVATE KEY", new byte[] {0x30, 0}) + cert,
            notRsa("DSA")),
        refused(
            Refusal.NOT_RSA,
            "X25519",
            pem("PRIVATE KEY", generated("X25519").getEncoded()) + cert,
            notRsa("of the algorithm 1.3.101.110")),
        refused(
            Refusal.OPENSSH_KEY,
            "OpenSSH",
            cert + pem("OPENSSH PRIVATE KEY", new byte[] {1}),
            "the private key in line "
                + (1 + lines(cert))
                + " is in OpenSSH's own format. If it is an RSA key, turn it into PKCS#8 (in place, after a backup): ssh-keygen -p -m PKCS8 -N '' -f FILE.pem"),
        refused(
            Refusal.PKCS7,
            "PKCS#7 in PEM",
            key + pem("PKCS7", pkcs7()),
            "line "
                + (1 + lines(key))
                + " begins a PKCS#7 bundle, not a certificate. Take its certificates out as PEM, and name the new file as certificate: openssl pkcs7 -print_certs -in FILE.pem -out FILE.converted.pem"),
        refused(
            Refusal.PKCS7,
            "PKCS#7 in DER",
            pkcs7(),
            "this is a PKCS#7 bundle (.p7b), not PEM. Take its certificates out as PEM, and name the new file as certificate: openssl pkcs7 -inform DER -print_certs -in FILE.pem -out FILE.converted.pem"),
        refused(
            Refusal.CSR,
            "a request in PEM",
            key + pem("CERTIFICATE REQUEST", request()),
            "line "
                + (1 + lines(key))
                + " begins a certificate signing request, not a certificate. Name the certificate that was issued for it, or sign it yourself with its private key: openssl x509 -req -days 365 -signkey KEY.pem -in FILE.pem -out FILE.certificate.pem"),
        refused(
            Refusal.CSR,
            "a request in PEM by its old label",
            key + pem("NEW CERTIFICATE REQUEST", request()),
            "line "
                + (1 + lines(key))
                + " begins a certificate signing request, not a certificate. Name the certificate that was issued for it, or sign it yourself with its private key: openssl x509 -req -days 365 -signkey KEY.pem -in FILE.pem -out FILE.certificate.pem"),
        refused(
            Refusal.CSR,
            "a request in DER",
            request(),
            "this is a certificate signing request, not a certificate. Name the certificate that was issued for it, or sign it yourself with its private key: openssl x509 -req -days 365 -inform DER -signkey KEY.pem -in FILE.pem -out FILE.certificate.pem"),
        refused(
            Refusal.DER_CERT,
            "a certificate in DER",
            der(LEAF),
            "this is a certificate in binary DER, not PEM. Turn it into PEM, and name the new file as certificate: openssl x509 -inform DER -in FILE.pem -out FILE.converted.pem"),
        refused(Refusal.DER_KEY, "PKCS#8 in DER", KEY.getPrivate().getEncoded(), derKey()),
        refused(Refusal.DER_KEY, "PKCS#1 in DER", pkcs1Der(KEY), derKey()),
        refused(Refusal.DER_KEY, "encrypted PKCS#8 in DER", encryptedPkcs8(), derKey()),
        refused(
            Refusal.PFX,
            "PKCS#12",
            store("PKCS12"),
            "this is a PKCS#12 store (.pfx, .p12), not PEM. Turn it into PEM, and name the new file as certificate and as private-key (with a store older than OpenSSL 3, add -legacy): openssl pkcs12 -nodes -in FILE.pem -out FILE.converted.pem"),
        refused(Refusal.JKS, "JKS", store("JKS"), jks()),
        refused(Refusal.JKS, "JCEKS", store("JCEKS"), jks()),
        refused(
            Refusal.NO_KEY,
            "no key",
            cert + pem("PUBLIC KEY", KEY.getPublic().getEncoded()),
            "the file holds no private key, only: CERTIFICATE, PUBLIC KEY. Name the file with the line -----BEGIN PRIVATE KEY----- as private-key."),
        refused(
            Refusal.NO_CERT,
            "no certificate",
            key,
            "the file holds no certificate, only: PRIVATE KEY. Name the file with the line -----BEGIN CERTIFICATE----- as certificate."),
        refused(
            Refusal.TWO_KEYS,
            "two keys",
            key + cert + pem(OTHER_KEY),
            "the file holds more than one private key (lines 1, "
                + (1 + lines(key + cert))
                + "). Leave only the key that belongs to the certificate."),
        refused(
            Refusal.MISMATCH,
            "another's certificate",
            key + pem(OTHER),
            "the certificate (CN=other) does not belong to the private key in FILE.pem. Name the certificate and the key that were made together"
                + OR_NEW),
        refused(
            Refusal.MISMATCH,
            "a chain without the leaf",
            key + pem(OTHER) + pem(certificate(EC_KEY, "CN=ec", -1, 9)),
            "none of the 2 certificates belongs to the private key in FILE.pem. Name the certificate and the key that were made together"
                + OR_NEW),
        refused(
            Refusal.MISMATCH,
            "a key with a damaged part",
            pem("RSA PRIVATE KEY", damagedKey()) + cert,
            "the private key looks like the certificate's, but what it signs does not verify, so it is damaged. Restore it from a backup"
                + OR_NEW),
        refused(
            Refusal.WEAK,
            "1024 bits",
            pem(WEAK_KEY) + pem(certificate(WEAK_KEY, "CN=weak", -1, 9)),
            "the RSA key has 1024 bits, fewer than 2048. " + NEW),
        refused(
            Refusal.EXPIRED,
            "expired",
            key + pem(certificate(KEY, "CN=old", -9, -2)),
            "the certificate (CN=old) expired on 2026-11-20 12:00 UTC. Make a new pair and upload its certificate to the app registration: entra-relay certificate new NAME --force"),
        refused(
            Refusal.NOT_YET,
            "not yet valid",
            key + pem(certificate(KEY, "CN=early", 1, 9)),
            "the certificate (CN=early) is valid only from 2026-11-23 12:00 UTC, and this machine's clock says 2026-11-22 12:00 UTC. Check the clock and its time zone, or wait until then."));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("refusedFiles")
  void refuses(Refusal code, String form, byte[] content, String words) throws Exception {
    Path file = file("FILE.pem", content);

    CredentialException refused =
        catchThrowableOfType(CredentialException.class, () -> reader.read(file, file));

    assertThat(refused).as(form).isNotNull();
    assertThat(refused.getMessage())
        .isEqualTo(
            code + ": " + file + ": " + words.replace("FILE", folder.resolve("FILE").toString()));
    assertThat(refused.code()).isEqualTo(code);
    assertThat(refused.path()).isEqualTo(file);
    assertThat(refused.getMessage())
        .isEqualTo(code + ": " + file + ": " + refused.reason() + ". " + refused.remedy());
    assertThat(refused.getCause()).as("nothing of the file leaks by a cause").isNull();
  }

  private static final Set<Refusal> NOT_OF_CONTENT =
      EnumSet.of(Refusal.NOT_FOUND, Refusal.UNREADABLE, Refusal.SEALED);

  @Test
  void everyRefusalOfContentHasItsCase() throws Exception {
    List<Refusal> tested = new ArrayList<>();
    refusedFiles().forEach(arguments -> tested.add((Refusal) arguments.get()[0]));
    assertThat(tested)
        .contains(
            Stream.of(Refusal.values())
                .filter(code -> !NOT_OF_CONTENT.contains(code))
                .toArray(Refusal[]::new));
  }

  @Test
  void refusesAFileThatTheDiskDoesNotGive() throws Exception {
    Path unreadable = Path.of("/proc/self/mem"); // also for root
    assumeTrue(Files.isRegularFile(unreadable));
    Path both = file("both.pem", bytes(pem(KEY) + pem(LEAF)));
    assertThat(message(both, unreadable))
        .isEqualTo(
            "UNREADABLE: /proc/self/mem: the file can't be read (IOException). Check the disk or the"
                + " mount it is on.");
  }

  @Test
  void refusesAPathThatIsNoFile() throws Exception {
    Path both = file("both.pem", bytes(pem(KEY) + pem(LEAF)));
    Path missing = folder.resolve("missing.pem");
    Path dangling = Files.createSymbolicLink(folder.resolve("link.pem"), missing);

    assertThat(message(both, missing))
        .isEqualTo(
            "NOT_FOUND: "
                + missing
                + ": there is no such file. Correct the path, or make a new pair with: entra-relay"
                + " certificate new NAME");
    assertThat(message(dangling, both)).startsWith("NOT_FOUND: " + dangling + ": there is no such");
    assertThat(message(folder, both))
        .isEqualTo("UNREADABLE: " + folder + ": this is a directory. Name the PEM file itself.");
    assertThat(message(Path.of("/dev/null"), both))
        .isEqualTo("UNREADABLE: /dev/null: this is not a regular file. Name the PEM file itself.");
  }

  @Test
  void quotesAPathForTheShell() throws Exception {
    Path file = file("Contoso's key.pem", bytes(pem("ENCRYPTED PRIVATE KEY", new byte[] {1})));

    assertThat(message(file, file))
        .endsWith(
            "openssl pkey -in '%s/Contoso'\\''s key.pem' -out '%s/Contoso'\\''s key.decrypted.pem'"
                .formatted(folder, folder));
  }

  @Test
  void saysNothingOfAGoodCredential() throws Exception {
    Path file = file("both.pem", bytes(pem(KEY) + pem(LEAF)));
    assertThat(reader.read(file, file).notes()).isEmpty();
  }

  /** A key that was tried a moment ago is not tried again; one that only looks like it is. */
  @Test
  void aDamagedKeyIsFoundAlsoAfterTheWholeOne() throws Exception {
    Path good = file("both.pem", bytes(pem(KEY) + pem(LEAF)));
    Path damaged = file("damaged.pem", bytes(pem("RSA PRIVATE KEY", damagedKey()) + pem(LEAF)));
    for (int i = 0; i < 2; i++) {
      assertThat(reader.read(good, good).credential().certificate()).isEqualTo(LEAF);
      CredentialException refused =
          catchThrowableOfType(CredentialException.class, () -> reader.read(damaged, damaged));
      assertThat(refused.code()).isEqualTo(Refusal.MISMATCH);
    }
  }

  @Test
  void notesACertificateThatEndsSoon() throws Exception {
    String advice =
        ". Make its successor in a folder of its own (certificate new NAME --out DIR), upload it"
            + " to the app registration, then put both files here.";
    assertThat(notes(certificate(KEY, "CN=c", -1, 31))).isEmpty();
    assertThat(notes(certificate(KEY, "CN=c", -1, 30)))
        .containsExactly(
            folder.resolve("both.pem")
                + ": the certificate expires on 2026-12-22 12:00 UTC, in 30 days"
                + advice);
    assertThat(notes(certificate(KEY, "CN=c", -1, 1)))
        .containsExactly(
            folder.resolve("both.pem")
                + ": the certificate expires on 2026-11-23 12:00 UTC, in 1 day"
                + advice);
    assertThat(notes(certificate(KEY, "CN=c", -1, 0)))
        .containsExactly(
            folder.resolve("both.pem")
                + ": the certificate expires on 2026-11-22 12:00 UTC, within a day"
                + advice);
  }

  @Test
  void notesASignatureWithSha1() throws Exception {
    assertThat(notes(certificate(KEY, "CN=c", -1, 99, "SHA1withRSA")))
        .containsExactly(
            folder.resolve("both.pem")
                + ": the certificate is signed with SHA1withRSA, an outdated algorithm. It works,"
                + " but make the next one with: certificate new.");
  }

  @Test
  void notesAKeyThatOthersMayRead() throws Exception {
    Path certificate = file("certificate.pem", bytes(pem(LEAF)));
    Path key = file("key.pem", bytes(pem(KEY)));
    Files.setPosixFilePermissions(certificate, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(reader.read(certificate, key).notes()).isEmpty();

    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(reader.read(certificate, key).notes())
        .containsExactly(
            key
                + ": mode 0640 lets others on this machine read the private key. Keep it to its"
                + " owner (a Kubernetes secret: defaultMode: 0400): chmod 600 "
                + key);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--r--r-x"));
    assertThat(reader.read(certificate, key).notes().get(0)).contains(": mode 0445 lets others");
  }

  @Test
  void aNameInAMessageStaysOneShortLine() throws Exception {
    X509Certificate odd = certificate(OTHER_KEY, "OU=xxxx,".repeat(60) + "O=a\u001b[2Jb", -1, 9);
    Path file = file("both.pem", bytes(pem(KEY) + pem(odd)));
    assertThat(message(file, file))
        .contains("(O=a?[2Jb,OU=xxxx,OU=xxxx,")
        .contains("…) does not belong")
        .hasSizeLessThan(600);
  }

  @Test
  void refusesAFileThatThisUserMayNotRead() throws Exception {
    Path file = file("both.pem", bytes(pem(KEY) + pem(LEAF)));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(file), "root may read everything");
    assertThat(message(file, file))
        .isEqualTo(
            "UNREADABLE: "
                + file
                + ": the user "
                + System.getProperty("user.name")
                + " may not read this file. Give the file to that user with chown, and keep its"
                + " mode at 0600.");
  }

  @Test
  void listsCertificatesWhateverTheirTime() throws Exception {
    X509Certificate old = certificate(KEY, "CN=old", -9, -2);
    assertThat(CredentialReader.certificates(file("c.pem", bytes(pem(old) + pem(OTHER)))))
        .containsExactly(old, OTHER);
  }

  private List<String> notes(X509Certificate certificate) throws Exception {
    Path file = file("both.pem", bytes(pem(KEY) + pem(certificate)));
    return reader.read(file, file).notes();
  }

  private String message(Path certificate, Path key) {
    return String.valueOf(
        catchThrowableOfType(CredentialException.class, () -> reader.read(certificate, key))
            .getMessage());
  }

  private Path file(String name, byte[] content) throws Exception {
    Path file = Files.write(folder.resolve(name), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static Arguments refused(Refusal code, String form, String content, String words) {
    return arguments(code, form, bytes(content), words);
  }

  private static Arguments refused(Refusal code, String form, byte[] content, String words) {
    return arguments(code, form, content, words);
  }

  private static String damaged(int line) {
    return "the header in line "
        + line
        + " is damaged: it must read -----BEGIN …-----, in capitals, with five hyphens before and"
        + " behind. "
        + COPY;
  }

  private static String notRsa(String algorithm) {
    return "the private key in line 1 is "
        + algorithm
        + ", and Microsoft Entra takes plain RSA keys only. "
        + NEW;
  }

  private static String derKey() {
    return "this is a private key in binary DER, not PEM. Turn it into PEM, and name the new file"
        + " as private-key: openssl pkey -inform DER -in FILE.pem -out FILE.converted.pem";
  }

  private static String jks() {
    return "this is a Java key store, not PEM. Turn it into PKCS#12, and that into PEM (openssl"
        + " pkcs12 -nodes): keytool -importkeystore -srckeystore FILE.pem -deststoretype PKCS12"
        + " -destkeystore FILE.converted.p12";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static int lines(String text) {
    return (int) text.lines().count();
  }

  private static String oneLine(String pem, String label) {
    String body = String.join("", pem.lines().filter(l -> !l.startsWith("-----")).toList());
    return "-----BEGIN " + label + "-----" + body + "-----END " + label + "-----";
  }

  private static String withoutLine(String pem, int line) {
    List<String> lines = new ArrayList<>(pem.lines().toList());
    lines.remove(line);
    return String.join("\n", lines) + "\n";
  }

  private static BigInteger modulus() {
    return ((RSAPrivateCrtKey) KEY.getPrivate()).getModulus();
  }

  private static BigInteger exponent() {
    return ((RSAPrivateCrtKey) KEY.getPrivate()).getPublicExponent();
  }

  /** PKCS#1 with one exponent off by two. */
  private static byte[] damagedKey() throws Exception {
    RSAPrivateKey key = RSAPrivateKey.getInstance(pkcs1Der(KEY));
    return new RSAPrivateKey(
            key.getModulus(),
            key.getPublicExponent(),
            key.getPrivateExponent(),
            key.getPrime1(),
            key.getPrime2(),
            key.getExponent1().add(BigInteger.TWO),
            key.getExponent2(),
            key.getCoefficient())
        .getEncoded();
  }

  private static PrivateKey generated(String algorithm) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (algorithm.equals("RSASSA-PSS")) {
      generator.initialize(1024); // refused by its kind before its length
    }
    return generator.generateKeyPair().getPrivate();
  }

  private static byte[] request() {
    try {
      return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=r"), KEY.getPublic())
          .build(new JcaContentSignerBuilder("SHA256withRSA").build(KEY.getPrivate()))
          .getEncoded();
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static byte[] pkcs7() throws Exception {
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    generator.addCertificates(new JcaCertStore(List.of(LEAF)));
    return generator.generate(new CMSAbsentContent()).getEncoded();
  }

  private static byte[] encryptedPkcs8() throws Exception {
    javax.crypto.Cipher cipher = javax.crypto.Cipher.getInstance("PBEWithMD5AndDES");
    cipher.init(
        javax.crypto.Cipher.ENCRYPT_MODE,
        javax.crypto.SecretKeyFactory.getInstance("PBEWithMD5AndDES")
            .generateSecret(new javax.crypto.spec.PBEKeySpec("secret".toCharArray())));
    return new javax.crypto.EncryptedPrivateKeyInfo(
            cipher.getParameters(), cipher.doFinal(KEY.getPrivate().getEncoded()))
        .getEncoded();
  }

  private static byte[] store(String type) throws Exception {
    KeyStore store = KeyStore.getInstance(type);
    store.load(null, null);
    store.setKeyEntry(
        "contoso", KEY.getPrivate(), "changeit".toCharArray(), new Certificate[] {LEAF});
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.store(out, "changeit".toCharArray());
    return out.toByteArray();
  }
}

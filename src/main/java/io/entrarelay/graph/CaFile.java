package io.entrarelay.graph;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate authorities of a PEM bundle, read again when the file changes. Text between the
 * blocks and blocks of other kinds are passed over, as in the bundles that Linux distributions
 * keep.
 */
public final class CaFile {
  private static final Logger LOG = LoggerFactory.getLogger(CaFile.class);
  private static final long LIMIT = 4L << 20;
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)"
              + "-----END (?:X509 |TRUSTED )?CERTIFICATE-----");

  private record Stamp(FileTime modified, long size) {}

  private final Path path;
  private Stamp stamp;
  private List<X509Certificate> certificates;

  /**
   * @throws TrustException when the file can't be read or holds no certificate
   */
  public CaFile(Path path) throws TrustException {
    this.path = path;
    try {
      this.stamp = stamp();
      this.certificates = read();
    } catch (IOException e) {
      throw new TrustException(path + ": " + reason(e) + ".");
    }
  }

  /**
   * The authorities, from the file as it is now. A replacement that can't be used is said once, and
   * the authorities read before stay in force.
   */
  public synchronized List<X509Certificate> certificates() {
    Stamp now;
    try {
      now = stamp();
    } catch (IOException e) {
      return certificates;
    }
    if (!now.equals(stamp)) {
      stamp = now;
      try {
        certificates = read();
        LOG.info("{}: {} certificate authorities taken up", path, certificates.size());
      } catch (IOException e) {
        LOG.warn("{}: {}. The authorities read before stay trusted.", path, reason(e));
      } catch (TrustException e) {
        LOG.warn("{} The authorities read before stay trusted.", e.getMessage());
      }
    }
    return certificates;
  }

  private Stamp stamp() throws IOException {
    return new Stamp(Files.getLastModifiedTime(path), Files.size(path));
  }

  private List<X509Certificate> read() throws IOException, TrustException {
    if (Files.isDirectory(path)) {
      throw new TrustException(path + ": is a directory. Give one PEM file.");
    }
    if (Files.size(path) > LIMIT) {
      throw new TrustException(path + ": is larger than 4 MiB. Give a PEM file of authorities.");
    }
    byte[] bytes = Files.readAllBytes(path);
    if (bytes.length > 0 && bytes[0] == 0x30) {
      throw new TrustException(
          path
              + ": is a certificate in DER form, not PEM. Convert it: openssl x509 -inform der -in "
              + path
              + " -out ca.pem.");
    }
    CertificateFactory x509;
    try {
      x509 = CertificateFactory.getInstance("X.509");
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
    List<X509Certificate> found = new ArrayList<>();
    Matcher block = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    while (block.find()) {
      try {
        byte[] der = Base64.getMimeDecoder().decode(block.group(1));
        found.add((X509Certificate) x509.generateCertificate(new ByteArrayInputStream(der)));
      } catch (CertificateException | IllegalArgumentException e) {
        throw new TrustException(
            path
                + ": certificate "
                + (found.size() + 1)
                + " can't be read: the block is damaged or cut. Copy it again whole.");
      }
    }
    if (found.isEmpty()) {
      throw new TrustException(
          path
              + ": holds no certificate. Give the authority's certificate in PEM form, which begins"
              + " with -----BEGIN CERTIFICATE-----.");
    }
    return List.copyOf(found);
  }

  private String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "there is no such file. Correct the path, or put the authority's certificate there";
    }
    if (e instanceof AccessDeniedException) {
      return "this user may not read the file. Check its owner and mode: ls -l " + path;
    }
    return "can't be read. Check the disk or the mount it is on";
  }
}

package io.entrarelay.credential;

import static io.entrarelay.credential.Pems.KEY;
import static io.entrarelay.credential.Pems.LEAF;
import static io.entrarelay.credential.Pems.NOW;
import static io.entrarelay.credential.Pems.OTHER;
import static io.entrarelay.credential.Pems.OTHER_KEY;
import static io.entrarelay.credential.Pems.certificate;
import static io.entrarelay.credential.Pems.pem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.entrarelay.credential.CredentialSource.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A changed credential is taken up while running; a broken one is not. */
class CredentialWatchTest {
  private final Path folder;
  private final Path certificate;
  private final Path key;
  private final TestClock clock = new TestClock();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(CredentialWatch.class);

  CredentialWatchTest(@TempDir Path folder) {
    this.folder = folder;
    this.certificate = folder.resolve("certificate.pem");
    this.key = folder.resolve("key.pem");
  }

  @BeforeEach
  void listen() throws IOException {
    write(certificate, pem(LEAF));
    write(key, pem(KEY));
    log.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(log);
  }

  @AfterEach
  void deafen() {
    logger.detachAppender(log);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void takesUpAReplacedPair() throws Exception {
    CredentialWatch watch = watch();
    Credential first = watch.current();
    assertThat(first.certificate()).isEqualTo(LEAF);
    assertThat(watch.problem()).isEmpty();
    assertThat(watch.refresh()).as("nothing changed").isFalse();
    assertThat(watch.current()).isSameAs(first);

    write(key, pem(OTHER_KEY));
    write(certificate, pem(OTHER));

    assertThat(watch.refresh()).isTrue();
    assertThat(watch.current().certificate()).isEqualTo(OTHER);
    assertThat(lines())
        .containsExactly(
            "INFO contoso: using the certificate CN=contoso, thumbprint "
                + Thumbprint.sha1(LEAF)
                + ", valid until 2027-11-22T12:00:00Z",
            "INFO contoso: using the certificate CN=other, thumbprint "
                + Thumbprint.sha1(OTHER)
                + ", valid until 2027-11-22T12:00:00Z");
  }

  @Test
  void keepsTheOldCredentialWhenTheNewIsBrokenAndSaysSoOnce() throws Exception {
    CredentialWatch watch = watch();
    Credential first = watch.current();
    log.list.clear();

    write(key, pem(KEY).substring(0, 500));
    for (int i = 0; i < 5; i++) {
      assertThat(watch.refresh()).isFalse();
      clock.advance(Duration.ofSeconds(10));
    }

    String refusal =
        "TRUNCATED: "
            + key
            + ": the block PRIVATE KEY that begins in line 1 has no END line. Copy the whole file"
            + " again from where it was made, from the first dash to the last.";
    assertThat(watch.current()).isSameAs(first);
    assertThat(watch.problem()).hasValueSatisfying(p -> assertThat(p).hasMessage(refusal));
    assertThat(lines())
        .containsExactly("WARN contoso: still using the credential read before: " + refusal);

    write(key, "nothing\n");
    watch.refresh();
    watch.refresh();
    assertThat(lines()).as("another change, another line").hasSize(2);
    assertThat(lines().get(1)).contains("NO_PEM: ");

    write(key, pem(KEY));
    assertThat(watch.refresh()).as("the same credential again").isFalse();
    assertThat(watch.problem()).isEmpty();
    assertThat(lines().get(2)).isEqualTo("INFO contoso: the credential's files are in order again");

    write(key, pem(OTHER_KEY));
    write(certificate, pem(OTHER));
    assertThat(watch.refresh()).isTrue();
    assertThat(watch.current().certificate()).isEqualTo(OTHER);
  }

  @Test
  void twoFilesMayBeReplacedOneAfterTheOther() throws Exception {
    CredentialWatch watch = watch();
    Credential first = watch.current();
    log.list.clear();

    write(key, pem(OTHER_KEY));
    for (int i = 0; i < 5; i++) {
      assertThat(watch.refresh()).isFalse();
      assertThat(watch.problem()).as("not at once").isEmpty();
      assertThat(watch.current()).isSameAs(first);
      clock.advance(Duration.ofSeconds(10));
    }
    assertThat(lines()).isEmpty();
    write(certificate, pem(OTHER));

    assertThat(watch.refresh()).isTrue();
    assertThat(watch.current().certificate()).isEqualTo(OTHER);
  }

  @Test
  void twoFilesThatStayApartAreAProblem() throws Exception {
    CredentialWatch watch = watch();
    Credential first = watch.current();
    log.list.clear();

    write(key, pem(OTHER_KEY));
    watch.refresh();
    clock.advance(CredentialWatch.REPLACING.minusSeconds(1));
    watch.refresh();
    assertThat(watch.problem()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    watch.refresh();
    watch.refresh();

    assertThat(watch.problem())
        .hasValueSatisfying(p -> assertThat(p.code()).isEqualTo(Refusal.MISMATCH));
    assertThat(watch.current()).isSameAs(first);
    assertThat(lines())
        .singleElement()
        .asString()
        .startsWith("WARN contoso: still using the credential read before: MISMATCH: ");
  }

  @Test
  void startsWithoutACredentialAndTakesUpALaterOne() throws Exception {
    Files.delete(key);
    CredentialWatch watch = watch();

    assertThatThrownBy(watch::current)
        .isInstanceOf(CredentialException.class)
        .hasMessageStartingWith("NOT_FOUND: " + key + ": there is no such file. ");
    assertThat(watch.problem()).isPresent();
    assertThat(watch.notes()).isEmpty();
    assertThat(lines()).singleElement().asString().startsWith("WARN contoso: NOT_FOUND: ");

    write(key, pem(OTHER_KEY));
    watch.refresh();
    assertThat(watch.problem())
        .as("nothing to keep, so a mismatch is said at once")
        .hasValueSatisfying(p -> assertThat(p.code()).isEqualTo(Refusal.MISMATCH));

    write(key, pem(KEY));
    assertThat(watch.refresh()).isTrue();
    assertThat(watch.current().certificate()).isEqualTo(LEAF);
  }

  @Test
  void takesUpAKubernetesSwapOfLinks() throws Exception {
    Path mount = Files.createDirectory(folder.resolve("mount"));
    pairIn(mount.resolve("..1"), pem(KEY), pem(LEAF));
    pairIn(mount.resolve("..2"), pem(OTHER_KEY), pem(OTHER));
    Files.createSymbolicLink(mount.resolve("..data"), Path.of("..1"));
    Path linkedKey = Files.createSymbolicLink(mount.resolve("key.pem"), Path.of("..data/key.pem"));
    Path linkedCertificate =
        Files.createSymbolicLink(
            mount.resolve("certificate.pem"), Path.of("..data/certificate.pem"));
    // the same sizes and times: only the files are others
    FileTime time = FileTime.from(NOW);
    for (String name :
        List.of("..1/key.pem", "..2/key.pem", "..1/certificate.pem", "..2/certificate.pem")) {
      Files.setLastModifiedTime(mount.resolve(name), time);
    }
    CredentialWatch watch =
        new CredentialWatch(
            "contoso",
            new PemFiles(linkedCertificate, linkedKey),
            new CredentialReader(clock),
            clock);
    settle(watch);

    Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2"));
    Files.move(
        mount.resolve("..data_tmp"), mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

    assertThat(watch.refresh()).isTrue();
    assertThat(watch.current().certificate()).isEqualTo(OTHER);
  }

  @Test
  void noticesAReplacementThatKeepsSizeAndTime() throws Exception {
    Path both = folder.resolve("both.pem");
    X509Certificate next = certificate(KEY, "CN=contosp", -1, 365);
    write(both, pem(KEY) + pem(LEAF));
    FileTime time = Files.getLastModifiedTime(both);
    CredentialWatch watch =
        new CredentialWatch(
            "contoso", new PemFiles(both, both), new CredentialReader(clock), clock);
    settle(watch);

    write(both, pem(KEY) + pem(next));
    Files.setLastModifiedTime(both, time);

    assertThat(watch.refresh()).isTrue();
    assertThat(watch.current().certificate()).isEqualTo(next);
  }

  @Test
  void aCertificateThatEndsWhileRunningIsAProblem() throws Exception {
    CredentialWatch watch = watch();
    Credential first = watch.current();
    settle(watch);
    log.list.clear();

    clock.advance(Duration.ofDays(340));
    watch.refresh();
    assertThat(watch.notes())
        .singleElement()
        .asString()
        .contains("expires on 2027-11-22 12:00 UTC, in 24 days");
    assertThat(watch.problem()).isEmpty();
    clock.advance(Duration.ofHours(2));
    watch.refresh();
    assertThat(lines()).as("a note is logged when it is new").hasSize(1);

    clock.advance(Duration.ofDays(30));
    watch.refresh();
    assertThat(watch.problem())
        .hasValueSatisfying(p -> assertThat(p.code()).isEqualTo(Refusal.EXPIRED));
    assertThat(watch.current()).isSameAs(first);
  }

  @Test
  void aCertificateNotYetValidIsTakenUpWhenItsTimeComes() throws Exception {
    write(certificate, pem(certificate(KEY, "CN=early", 1, 99)));
    CredentialWatch watch = watch();
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofMinutes(1));
      watch.refresh();
    }
    assertThat(lines()).singleElement().asString().startsWith("WARN contoso: NOT_YET: ");

    clock.advance(Duration.ofDays(1));

    assertThat(watch.refresh()).isTrue();
    assertThat(watch.problem()).isEmpty();
  }

  @Test
  void looksCheaply() {
    CredentialWatch watch = watch();
    settle(watch);
    int looks = 2_000;
    long start = System.nanoTime();
    for (int i = 0; i < looks; i++) {
      watch.refresh();
    }
    assertThat(Duration.ofNanos((System.nanoTime() - start) / looks))
        .as("far below the milliseconds of a reading")
        .isLessThan(Duration.ofNanos(500_000));
  }

  private CredentialWatch watch() {
    return new CredentialWatch(
        "contoso", new PemFiles(certificate, key), new CredentialReader(clock), clock);
  }

  /** Beyond the time in which a change might not show. */
  private void settle(CredentialWatch watch) {
    clock.advance(Duration.ofSeconds(3));
    assertThat(watch.refresh()).isFalse();
  }

  private List<String> lines() {
    return log.list.stream().map(e -> e.getLevel() + " " + e.getFormattedMessage()).toList();
  }

  private static void pairIn(Path folder, String key, String certificate) throws IOException {
    Files.createDirectory(folder);
    write(folder.resolve("key.pem"), key);
    write(folder.resolve("certificate.pem"), certificate);
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static final class TestClock extends Clock {
    private Instant now = NOW;

    void advance(Duration duration) {
      now = now.plus(duration);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}

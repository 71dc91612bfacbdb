package io.entrarelay.config;

import static io.entrarelay.config.IntegrationDirectory.Kind.ADDED;
import static io.entrarelay.config.IntegrationDirectory.Kind.CHANGED;
import static io.entrarelay.config.IntegrationDirectory.Kind.REMOVED;
import static io.entrarelay.config.IntegrationDirectory.Kind.RENAMED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.entrarelay.config.IntegrationDirectory.Change;
import io.entrarelay.config.IntegrationDirectory.Kept;
import io.entrarelay.config.IntegrationDirectory.Refresh;
import io.entrarelay.credential.CredentialSource.PemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class IntegrationDirectoryTest {
  @TempDir Path config;
  private Path directory;
  private IntegrationDirectory integrations;

  @BeforeEach
  void directory() throws IOException {
    directory = Files.createDirectory(config.resolve("integrations"));
    integrations = directory(Clock.systemUTC());
  }

  private IntegrationDirectory directory(Clock clock) {
    return new IntegrationDirectory(
        directory, new IntegrationReader(IntegrationReaderTest.REPORTS, false), Kept.NONE, clock);
  }

  /** A file whose client ends in this digit. */
  private static String text(String displayName, int client) {
    return IntegrationReaderTest.CONTOSO
        .replace("Contoso", displayName)
        .replace("944455556666", "94445555666" + client);
  }

  private Path write(String fileName, String text) throws IOException {
    return Files.writeString(directory.resolve(fileName), text);
  }

  private static void assertChanges(Refresh refresh, Tuple... expected) {
    assertThat(refresh.changes())
        .extracting(Change::kind, change -> change.integration().name())
        .containsExactly(expected);
  }

  @Test
  void filesComeChangeAndGo() throws IOException {
    write("contoso.yaml", text("Contoso", 1));
    write("fabrikam.yaml", text("Fabrikam", 2));
    assertChanges(integrations.refresh(), tuple(ADDED, "contoso"), tuple(ADDED, "fabrikam"));
    assertChanges(integrations.refresh());

    write("contoso.yaml", text("Contoso AG", 1));
    Refresh refresh = integrations.refresh();
    assertChanges(refresh, tuple(CHANGED, "contoso"));
    assertThat(refresh.changes().get(0).integration().displayName()).isEqualTo("Contoso AG");
    assertThat(refresh.changes().get(0).previous().displayName()).isEqualTo("Contoso");

    Files.delete(directory.resolve("contoso.yaml"));
    write("adatum.yaml", text("Adatum", 3));
    assertChanges(integrations.refresh(), tuple(REMOVED, "contoso"), tuple(ADDED, "adatum"));
    assertThat(integrations.integrations())
        .extracting(Integration::name)
        .containsExactly("adatum", "fabrikam");
    assertThat(integrations.problems()).isEmpty();
  }

  @Test
  void aFileMayBeReplacedAtomically() throws IOException {
    write("contoso.yaml", text("Contoso", 1));
    integrations.refresh();

    Path temporary = write(".contoso.yaml.1234", text("Contoso AG", 1));
    assertChanges(integrations.refresh());
    Files.move(temporary, directory.resolve("contoso.yaml"), StandardCopyOption.ATOMIC_MOVE);
    assertChanges(integrations.refresh(), tuple(CHANGED, "contoso"));
  }

  /** As Kubernetes updates a ConfigMap. */
  @Test
  void filesMayBeLinksThroughADirectoryThatIsSwapped() throws IOException {
    for (int version = 1; version <= 2; version++) {
      Path data = Files.createDirectory(directory.resolve("..2026_" + version));
      Files.writeString(data.resolve("contoso.yaml"), text("Contoso " + version, 1));
      Files.setLastModifiedTime(data.resolve("contoso.yaml"), FileTime.fromMillis(0));
    }
    Path link = directory.resolve("..data");
    Files.createSymbolicLink(link, Path.of("..2026_1"));
    Files.createSymbolicLink(directory.resolve("contoso.yaml"), Path.of("..data/contoso.yaml"));
    assertChanges(integrations.refresh(), tuple(ADDED, "contoso"));

    Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2026_2"));
    Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    assertChanges(integrations.refresh(), tuple(CHANGED, "contoso"));
    assertThat(integrations.integrations().get(0).credential())
        .extracting(credential -> ((PemFiles) credential).certificate())
        .isEqualTo(directory.resolve("contoso/certificate.pem"));
  }

  @Test
  void aLinkToNothingIsAProblem() throws IOException {
    Files.createSymbolicLink(directory.resolve("contoso.yaml"), Path.of("nowhere.yaml"));
    assertThat(integrations.refresh().newProblems())
        .extracting(Problem::cause)
        .containsExactly("is not there");
  }

  @Test
  void anUnchangedFileIsNotOpened() throws IOException {
    integrations = directory(Clock.fixed(Instant.now().plusSeconds(60), ZoneOffset.UTC));
    Path file = write("contoso.yaml", text("Contoso", 1));
    FileTime time = Files.getLastModifiedTime(file);
    integrations.refresh();

    // Nothing but the content is another: only who opens the file could see it.
    write("contoso.yaml", text("Fabrika", 1));
    Files.setLastModifiedTime(file, time);
    assertChanges(integrations.refresh());
  }

  @Test
  void aChangeWithinTheSameTickIsSeen() throws IOException {
    Path file = write("contoso.yaml", text("Contoso", 1));
    FileTime time = Files.getLastModifiedTime(file);
    integrations.refresh();

    write("contoso.yaml", text("Fabrika", 1));
    Files.setLastModifiedTime(file, time);
    assertChanges(integrations.refresh(), tuple(CHANGED, "contoso"));
  }

  @Test
  void aHalfWrittenFileLeavesTheLastGoodVersionAndSaysSoOnce() throws IOException {
    write("contoso.yaml", text("Contoso", 1));
    write("fabrikam.yaml", text("Fabrikam", 2));
    integrations.refresh();

    Path file = write("contoso.yaml", text("Contoso AG", 1).substring(0, 60));
    Refresh refresh = integrations.refresh();
    assertChanges(refresh);
    assertThat(refresh.newProblems())
        .isNotEmpty()
        .allSatisfy(problem -> assertThat(problem.file()).isEqualTo(file.toString()));
    assertThat(integrations.refresh().newProblems()).isEmpty();
    assertThat(integrations.problems()).isEqualTo(refresh.newProblems());
    assertThat(integrations.integrations())
        .extracting(Integration::displayName)
        .containsExactly("Contoso", "Fabrikam");

    write("contoso.yaml", "");
    assertChanges(integrations.refresh());

    write("contoso.yaml", text("Contoso AG", 1));
    assertChanges(integrations.refresh(), tuple(CHANGED, "contoso"));
    assertThat(integrations.problems()).isEmpty();
  }

  @Test
  void aBrokenFileHindersNoOther() throws IOException {
    write("adatum.yaml", "\t");
    write("contoso.yaml", text("Contoso", 1));
    Refresh refresh = integrations.refresh();
    assertChanges(refresh, tuple(ADDED, "contoso"));
    assertThat(refresh.newProblems()).hasSize(1);

    Files.delete(directory.resolve("adatum.yaml"));
    assertChanges(integrations.refresh());
    assertThat(integrations.problems()).isEmpty();
  }

  @Test
  void anotherNameWithTheSamePairIsARename() throws IOException {
    Path file = write("contoso.yaml", text("Contoso", 1));
    integrations.refresh();

    Files.move(file, directory.resolve("contoso-ag.yaml"));
    Refresh refresh = integrations.refresh();
    assertChanges(refresh, tuple(RENAMED, "contoso-ag"));
    assertThat(refresh.changes().get(0).previous().name()).isEqualTo("contoso");
  }

  @Test
  void aCopyOfWhatRunsIsRefusedUntilItHasItsOwnPair() throws IOException {
    Path contoso = write("contoso.yaml", text("Contoso", 1));
    integrations.refresh();

    Path copy = write("a-copy.yaml", text("Contoso", 1));
    Refresh refresh = integrations.refresh();
    assertChanges(refresh);
    assertThat(refresh.newProblems())
        .extracting(Problem::toString)
        .containsExactly(
            copy
                + ": tenant-id, client-id: are the same as in contoso.yaml, which is collected"
                + " already; this one is not. Keep one file, or write each file's own tenant-id"
                + " and client-id.");

    write("a-copy.yaml", text("Copy", 2));
    assertChanges(integrations.refresh(), tuple(ADDED, "a-copy"));

    write("a-copy.yaml", text("Copy", 1));
    assertChanges(integrations.refresh(), tuple(REMOVED, "a-copy"));
    Files.delete(contoso);
    assertChanges(integrations.refresh(), tuple(RENAMED, "a-copy"));
    assertThat(integrations.problems()).isEmpty();
  }

  @Test
  void twinsAtTheStartAreBothRefused() throws IOException {
    Path one = write("one.yaml", text("One", 1));
    Path two = write("two.yaml", text("Two", 1));
    Refresh refresh = integrations.refresh();

    assertChanges(refresh);
    assertThat(refresh.newProblems())
        .extracting(Problem::toString)
        .containsExactly(
            one
                + ": tenant-id, client-id: are the same as in two.yaml, so that neither is"
                + " collected. Keep one file, or write each file's own tenant-id and client-id.",
            two
                + ": tenant-id, client-id: are the same as in one.yaml, so that neither is"
                + " collected. Keep one file, or write each file's own tenant-id and client-id.");

    Files.delete(one);
    assertChanges(integrations.refresh(), tuple(ADDED, "two"));
  }

  @Test
  void editorsFilesAndOtherThingsAreLeftAlone() throws IOException {
    for (String name :
        new String[] {
          ".contoso.yaml.swp",
          ".contoso.yaml",
          "contoso.yaml~",
          "#contoso.yaml#",
          "contoso.yaml.bak",
          "contoso.yaml.tmp",
          "4913",
          "README.md",
          "key.pem"
        }) {
      write(name, "\t");
    }
    Files.createSymbolicLink(directory.resolve(".#contoso.yaml"), Path.of("me@host.1:2"));
    Files.createDirectory(directory.resolve("folder.yaml"));

    assertThat(integrations.refresh()).isEqualTo(new Refresh(List.of(), List.of()));
  }

  @Test
  void theEndingYmlIsPointedOut() throws IOException {
    write("contoso.yml", text("Contoso", 1));
    assertThat(integrations.refresh().newProblems())
        .extracting(Problem::cause)
        .containsExactly("does not end in .yaml");
  }

  @Test
  void withoutTheDirectoryThereAreNoIntegrations() throws IOException {
    Files.delete(directory);
    assertThat(integrations.refresh().newProblems()).isEmpty();
    assertThat(integrations.integrations()).isEmpty();
  }

  @Test
  void aDirectoryThatGoesAwayStopsNothing() throws IOException {
    write("contoso.yaml", text("Contoso", 1));
    integrations.refresh();
    Path elsewhere = Files.move(directory, config.resolve("elsewhere"));

    Refresh refresh = integrations.refresh();
    assertChanges(refresh);
    assertThat(refresh.newProblems())
        .extracting(Problem::toString)
        .containsExactly(
            directory + ": is gone; the integrations go on as they were. Bring it back.");
    assertThat(integrations.integrations()).hasSize(1);

    Files.move(elsewhere, directory);
    assertChanges(integrations.refresh());
    assertThat(integrations.problems()).isEmpty();
  }

  @Test
  void aFileInTheDirectorysPlaceStopsNothing() throws IOException {
    write("contoso.yaml", text("Contoso", 1));
    integrations.refresh();
    Files.move(directory, config.resolve("elsewhere"));
    Files.writeString(directory, "in the way");
    assertThat(integrations.refresh().newProblems())
        .extracting(Problem::toString)
        .containsExactly(
            directory
                + ": can't be read; the integrations go on as they were. Check that it is a"
                + " directory and who may read it: ls -ld "
                + directory
                + ".");
    assertThat(integrations.integrations()).hasSize(1);
  }
}

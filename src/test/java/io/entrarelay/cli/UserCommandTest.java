package io.entrarelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.entrarelay.config.Role;
import io.entrarelay.console.Passwords;
import io.entrarelay.state.AuditLog.Entry;
import io.entrarelay.state.JdbcStore;
import io.entrarelay.state.Steps;
import io.entrarelay.state.Users.User;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Users of the console by the command line, beside a relay that has the state open. */
class UserCommandTest {
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path work;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @SuppressWarnings("NullAway.Init") // set before each test
  private JdbcStore relay;

  @BeforeEach
  void start() throws IOException {
    Files.createDirectories(work.resolve("data/state"));
    relay = JdbcStore.sqlite(work.resolve("data/state/relay.db"), Steps.NONE);
  }

  @AfterEach
  void stop() {
    relay.close();
  }

  private int execute(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine line = EntraRelay.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 4];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--config";
    all[arguments.length + 1] = work.resolve("config").toString();
    all[arguments.length + 2] = "--data";
    all[arguments.length + 3] = work.resolve("data").toString();
    return line.execute(all);
  }

  private User kim() {
    return Objects.requireNonNull(relay.users().find("kim"));
  }

  @Test
  void aUserIsAddedChangedAndRemoved() {
    assertThat(execute("user", "add", "kim", "--role", "operator")).isZero();
    Matcher shown =
        Pattern.compile("Added kim as operator, password (\\S+)").matcher(out.toString());
    assertThat(shown.find()).isTrue();
    assertThat(kim().role()).isEqualTo(Role.OPERATOR);
    assertThat(kim().password()).startsWith("{bcrypt}").doesNotContain(shown.group(1));

    assertThat(execute("user", "add", "kim", "--role", "viewer")).isEqualTo(2);
    assertThat(err.toString()).contains("There is a user kim already");

    String before = kim().password();
    assertThat(execute("user", "password", "kim")).isZero();
    assertThat(kim().password()).isNotEqualTo(before);

    assertThat(execute("user", "role", "kim", "tenant-administrator")).isZero();
    assertThat(execute("user", "list")).isZero();
    assertThat(out.toString()).contains("kim", "tenant-administrator").doesNotContain("bcrypt");
    assertThat(execute("user", "list", "--json")).isZero();
    assertThat(out.toString()).contains("\"name\" : \"kim\"").doesNotContain("bcrypt");

    assertThat(execute("user", "remove", "kim")).isZero();
    assertThat(relay.users().find("kim")).isNull();
    assertThat(relay.auditLog().list(Long.MAX_VALUE, 9))
        .extracting(Entry::who)
        .hasSize(4)
        .containsOnly(System.getProperty("user.name") + " (command line)");
  }

  @Test
  void aPasswordMayBeGivenAndMustBeLongEnough() {
    InputStream in = System.in;
    try {
      System.setIn(new ByteArrayInputStream("short\n".getBytes(UTF_8)));
      assertThat(execute("user", "add", "kim", "--role", "viewer", "--password-stdin"))
          .isEqualTo(2);
      assertThat(err.toString()).contains("fewer than 12 characters").doesNotContain("short");
      System.setIn(new ByteArrayInputStream("a long enough one\n".getBytes(UTF_8)));
      assertThat(execute("user", "add", "kim", "--role", "viewer", "--password-stdin")).isZero();
      assertThat(out.toString()).doesNotContain("enough");
    } finally {
      System.setIn(in);
    }
    assertThat(kim().password()).startsWith("{bcrypt}");
    assertThat(Passwords.fault("x".repeat(73))).contains("72 bytes");
  }

  @Test
  void whatCanNotBeIsSaid() {
    assertThat(execute("user", "add", "a b", "--role", "viewer")).isEqualTo(2);
    assertThat(err.toString()).contains("'a b' is no user's name");
    assertThat(execute("user", "add", "kim", "--role", "root")).isEqualTo(2);
    assertThat(err.toString()).contains("viewer, operator, tenant-administrator");
    assertThat(execute("user", "password", "kim")).isEqualTo(2);
    assertThat(err.toString()).contains("There is no user kim");
    assertThat(execute("user")).isEqualTo(2);
  }
}

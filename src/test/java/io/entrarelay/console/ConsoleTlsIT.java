package io.entrarelay.console;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.SettingsReader;
import io.entrarelay.credential.Credential;
import io.entrarelay.credential.PemWriter;
import io.entrarelay.credential.SelfSigned;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console behind TLS by PEM files, and behind a proxy with a path. */
@Timeout(60)
class ConsoleTlsIT {
  private static final Map<String, String> FILES =
      Map.of(
          "RELAY_CONSOLE_CERTIFICATE", "console.pem", "RELAY_CONSOLE_PRIVATE_KEY", "console.key");

  @SuppressWarnings("NullAway.Init") // JUnit sets it
  @TempDir
  Path directory;

  private X509Certificate write(String name) throws IOException {
    Credential made = SelfSigned.make(2048, name, 30, Clock.systemUTC());
    PemWriter.write(directory.resolve("new.key"), made.privateKey());
    PemWriter.write(directory.resolve("new.pem"), made.certificate());
    Files.move(directory.resolve("new.key"), directory.resolve("console.key"), REPLACE_EXISTING);
    Files.move(directory.resolve("new.pem"), directory.resolve("console.pem"), REPLACE_EXISTING);
    return made.certificate();
  }

  private static SSLContext trusting() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anything()}, new SecureRandom());
    return context;
  }

  private static Certificate shown(URI url) throws GeneralSecurityException, IOException {
    try (SSLSocket socket =
        (SSLSocket) trusting().getSocketFactory().createSocket(url.getHost(), url.getPort())) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  void aCertificateIsShownAndReplacedWhileItRuns() throws Exception {
    X509Certificate first = write("first");
    try (OpenConsole console = OpenConsole.open(directory, FILES, InstantSource.system())) {
      assertThat(console.url()).hasScheme("https");
      assertThat(shown(console.url())).isEqualTo(first);
      HttpResponse<String> page =
          HttpClient.newBuilder()
              .sslContext(trusting())
              .build()
              .send(
                  HttpRequest.newBuilder(URI.create(console.url() + "/sign-in")).build(),
                  BodyHandlers.ofString());
      assertThat(page.headers().allValues("Set-Cookie"))
          .allSatisfy(cookie -> assertThat(cookie).contains("Secure"));
      assertThat(page.headers().firstValue("Strict-Transport-Security")).isPresent();
      X509Certificate second = write("second");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(shown(console.url())).isEqualTo(second));
    }
  }

  @Test
  void filesThatCanNotBeUsedAreToldBeforeAnythingIsCollected() throws IOException {
    RelaySettings.Console settings = SettingsReader.read(directory, FILES, Map.of()).console();
    assertThatThrownBy(() -> Console.check(settings))
        .isInstanceOf(ConsoleException.class)
        .hasMessageContaining("relay.console.certificate and private-key")
        .hasMessageContaining(directory.resolve("console.key").toString())
        .hasMessageEndingWith("and of its key.");
    write("first");
    Files.copy(
        directory.resolve("console.pem"), directory.resolve("console.key"), REPLACE_EXISTING);
    assertThatThrownBy(() -> Console.check(settings)).isInstanceOf(ConsoleException.class);
  }

  @Test
  void behindAProxyAddressesAreThoseOfThePublicUrl() throws Exception {
    Map<String, String> proxied =
        Map.of("RELAY_CONSOLE_PUBLIC_URL", "https://siem.example.com/relay/");
    try (OpenConsole console = OpenConsole.open(directory, proxied, InstantSource.system())) {
      assertThat(console.url()).hasToString("https://siem.example.com/relay");
      URI local = URI.create("http://127.0.0.1:" + console.port());
      HttpClient http = HttpClient.newHttpClient();
      HttpResponse<String> asked =
          http.send(
              HttpRequest.newBuilder(local.resolve("/relay/integrations"))
                  .header("Accept", "text/html")
                  .build(),
              BodyHandlers.ofString());
      assertThat(Visitor.location(asked)).isEqualTo("/relay/sign-in");
      HttpResponse<String> page =
          http.send(
              HttpRequest.newBuilder(local.resolve("/relay/sign-in"))
                  .header("X-Forwarded-Host", "evil.example")
                  .header("X-Forwarded-Prefix", "/evil")
                  .build(),
              BodyHandlers.ofString());
      assertThat(page.body())
          .contains("action=\"/relay/sign-in\"", "href=\"/relay/static/console")
          .doesNotContain("evil", "\"/static", "\"/webjars");
      assertThat(page.headers().allValues("Set-Cookie"))
          .allSatisfy(cookie -> assertThat(cookie).contains("Secure", "Path=/relay"));
      assertThat(
              http.send(
                      HttpRequest.newBuilder(local.resolve("/relay/sign-in"))
                          .header("Origin", "https://siem.example.com")
                          .build(),
                      BodyHandlers.ofString())
                  .statusCode())
          .isEqualTo(200);
      Visitor visitor = new Visitor(URI.create(local + "/relay"));
      for (int i = 0; i < SignInLimit.FREE_BY_ADDRESS + 1; i++) {
        visitor.signInFrom("198.51.100.1, 203.0.113.7", "name" + i);
      }
      assertThat(Visitor.location(visitor.signInFrom("198.51.100.2, 203.0.113.7", "other")))
          .contains("wait=");
      assertThat(Visitor.location(visitor.signInFrom("203.0.113.7, 203.0.113.8", "other")))
          .contains("failed");
    }
  }

  @Test
  void withoutAPublicUrlNothingThatIsForwardedIsBelieved() {
    try (OpenConsole console = OpenConsole.open(directory, Map.of(), InstantSource.system())) {
      Visitor visitor = console.visitor();
      for (int i = 0; i < SignInLimit.FREE_BY_ADDRESS + 1; i++) {
        visitor.signInFrom("203.0.113." + i, "name" + i);
      }
      assertThat(Visitor.location(visitor.signInFrom("203.0.113.99", "other"))).contains("wait=");
    }
  }

  /** The test compares certificates itself. */
  private static final class Anything extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

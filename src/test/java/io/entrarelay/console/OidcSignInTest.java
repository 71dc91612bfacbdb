package io.entrarelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.entrarelay.state.AuditLog.Entry;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sign-in by an OpenID Connect provider: who gets in, as what, and what is refused. */
@Timeout(60)
class OidcSignInTest {
  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static Provider provider;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static OpenConsole console;

  @BeforeAll
  static void open() throws Exception {
    provider = new Provider();
    Files.writeString(directory.resolve("secret"), Provider.SECRET + "\n");
    Files.writeString(
        directory.resolve("application.yaml"),
        """
        relay:
          console:
            oidc:
              issuer: %s
              client-id: console
              client-secret-file: secret
              roles-claim: realm.roles
              roles:
                viewer: [soc-readers]
                operator: [soc, soc-night]
                tenant-administrator: [identity-team]
        """
            .formatted(provider.issuer()));
    console = OpenConsole.open(directory, Map.of(), InstantSource.system());
  }

  @AfterAll
  static void close() {
    console.close();
    provider.close();
  }

  /** From the button to the provider and back. */
  private static HttpResponse<String> signIn(Visitor visitor, Object roles) {
    provider.claims =
        Map.of("preferred_username", "kim@contoso.example", "realm", Map.of("roles", roles));
    HttpResponse<String> start = visitor.get(OidcSignIn.START);
    assertThat(Visitor.location(start)).startsWith(provider.issuer() + "/authorize?");
    return visitor.get(provider.letIn(Visitor.location(start)));
  }

  @Test
  void theHighestRoleOfTheClaimCounts() {
    Visitor visitor = console.visitor();
    HttpResponse<String> back = signIn(visitor, List.of("soc-readers", "other", "soc-night"));
    assertThat(Visitor.location(back)).isEqualTo("/integrations");
    assertThat(provider.refusals).isEmpty();
    assertThat(provider.asked)
        .containsEntry("code_challenge_method", "S256")
        .containsEntry("response_type", "code")
        .containsEntry("redirect_uri", console.url() + OidcSignIn.CALLBACK)
        .containsKeys("state", "nonce");
    assertThat(visitor.get("/integrations").body())
        .contains("kim@contoso.example", ">operator<")
        .doesNotContain("Audit log");
    assertThat(visitor.get("/audit-log").statusCode()).isEqualTo(403);
    Entry entry = console.store.auditLog().list(Long.MAX_VALUE, 1).get(0);
    assertThat(entry.who()).isEqualTo("kim@contoso.example (127.0.0.1)");
    assertThat(entry.becomes()).isEqualTo("operator");
    Visitor administrator = console.visitor();
    signIn(administrator, "identity-team");
    assertThat(administrator.get("/audit-log").statusCode()).isEqualTo(200);
  }

  @Test
  void whoHasNoRoleIsTold() {
    Visitor visitor = console.visitor();
    HttpResponse<String> back = signIn(visitor, List.of("other"));
    assertThat(Visitor.location(back)).isEqualTo("/sign-in?no-role");
    assertThat(visitor.get("/sign-in?no-role").body())
        .contains("have no role here", "Sign in with <span>127.0.0.1</span>");
    assertThat(visitor.get("/integrations").statusCode()).isEqualTo(302);
  }

  @Test
  void whatIsForgedIsRefused() throws Exception {
    Visitor visitor = console.visitor();
    HttpResponse<String> start = visitor.get(OidcSignIn.START);
    String back = provider.letIn(Visitor.location(start));
    provider.claims = Map.of("realm", Map.of("roles", "soc"));

    assertThat(Visitor.location(console.visitor().get(back)))
        .as("another's session")
        .isEqualTo("/sign-in?provider-failed");
    assertThat(Visitor.location(visitor.get(back.replaceAll("state=.*", "state=forged"))))
        .isEqualTo("/sign-in?provider-failed");

    provider.letIn(Visitor.location(visitor.get(OidcSignIn.START)));
    provider.nonce = "another";
    assertThat(Visitor.location(visitor.get(code()))).isEqualTo("/sign-in?provider-failed");

    provider.letIn(Visitor.location(visitor.get(OidcSignIn.START)));
    provider.signing = new RSAKeyGenerator(2048).keyID("first").generate();
    try {
      assertThat(Visitor.location(visitor.get(code()))).isEqualTo("/sign-in?provider-failed");
    } finally {
      provider.signing = provider.key();
    }

    provider.letIn(Visitor.location(visitor.get(OidcSignIn.START)));
    provider.claims = Map.of("aud", "another-client", "realm", Map.of("roles", "soc"));
    assertThat(Visitor.location(visitor.get(code()))).isEqualTo("/sign-in?provider-failed");
    assertThat(visitor.get("/integrations").statusCode()).isEqualTo(302);

    HttpResponse<String> well = signIn(visitor, "soc");
    assertThat(Visitor.location(well)).isEqualTo("/integrations");
    assertThat(Visitor.location(visitor.get(code())))
        .as("the same code again")
        .isEqualTo("/sign-in?provider-failed");
  }

  private static String code() {
    return OidcSignIn.CALLBACK + "?code=the-code&state=" + provider.asked.get("state");
  }
}

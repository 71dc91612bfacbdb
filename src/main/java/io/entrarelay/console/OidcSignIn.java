package io.entrarelay.console;

import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.Role;
import io.entrarelay.state.AuditLog;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.registration.ClientRegistrations;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.client.RestTemplate;

/**
 * Sign-in by an OpenID Connect provider: code flow with PKCE, state and nonce, the role from a
 * claim of the ID token. The provider is asked for its addresses when the first person comes, so
 * that the console starts without it. Its tokens are not kept.
 */
final class OidcSignIn implements ClientRegistrationRepository {
  /** As it stands in the addresses of the flow. */
  static final String ID = "oidc";

  static final String START = "/oauth2/authorization/" + ID;
  static final String CALLBACK = "/login/oauth2/code/" + ID;
  private static final String NO_ROLE = "no_role";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(OidcSignIn.class);

  private final RelaySettings.Oidc settings;
  private final AuditLog auditLog;
  private @Nullable ClientRegistration known;
  private @Nullable JwtDecoder decoder;

  OidcSignIn(RelaySettings.Oidc settings, AuditLog auditLog) {
    this.settings = settings;
    this.auditLog = auditLog;
  }

  /** Who the provider is, for the button. */
  static String title(RelaySettings.Oidc settings) {
    String host = String.valueOf(settings.issuer().getHost());
    return host.startsWith("login.microsoftonline.") ? "Microsoft Entra ID" : host;
  }

  void configure(HttpSecurity http) throws Exception {
    DefaultOAuth2AuthorizationRequestResolver requests =
        new DefaultOAuth2AuthorizationRequestResolver(this, "/oauth2/authorization");
    requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
    http.oauth2Login(
        login ->
            login
                .loginPage("/sign-in")
                .clientRegistrationRepository(this)
                .authorizedClientRepository(new NoClients())
                .authorizationEndpoint(start -> start.authorizationRequestResolver(requests))
                .userInfoEndpoint(user -> user.oidcUserService(this::user))
                .successHandler(this::signedIn)
                .failureHandler(this::refused));
  }

  @Override
  public synchronized @Nullable ClientRegistration findByRegistrationId(String id) {
    if (!id.equals(ID)) {
      return null;
    }
    if (known == null) {
      known = discover();
    }
    return known;
  }

  private ClientRegistration discover() {
    try {
      String secret = secret(settings.clientSecretFile());
      ClientRegistration.Builder registration =
          ClientRegistrations.fromIssuerLocation(settings.issuer().toString())
              .registrationId(ID)
              .clientId(settings.clientId())
              .scope("openid", "profile", "email")
              .redirectUri("{baseUrl}" + CALLBACK);
      return secret == null
          ? registration.clientAuthenticationMethod(ClientAuthenticationMethod.NONE).build()
          : registration.clientSecret(secret).build();
    } catch (IOException | RuntimeException e) {
      LOG.error(
          "nobody can sign in by {}: {}. Check relay.console.oidc and that the provider is reached",
          settings.issuer(),
          e.getMessage());
      throw new IllegalStateException("the OpenID Connect provider can't be used", e);
    }
  }

  private static @Nullable String secret(@Nullable Path file) throws IOException {
    return file == null ? null : Files.readString(file).strip();
  }

  /** For Spring Security, which decodes the ID token by it and then looks at the nonce. */
  synchronized JwtDecoder decoder(ClientRegistration registration) {
    if (decoder == null) {
      SimpleClientHttpRequestFactory http = new SimpleClientHttpRequestFactory();
      http.setConnectTimeout(PATIENCE);
      http.setReadTimeout(PATIENCE);
      NimbusJwtDecoder made =
          NimbusJwtDecoder.withJwkSetUri(
                  Objects.requireNonNull(registration.getProviderDetails().getJwkSetUri()))
              .jwsAlgorithms(
                  algorithms ->
                      algorithms.addAll(
                          Set.of(
                              SignatureAlgorithm.RS256,
                              SignatureAlgorithm.PS256,
                              SignatureAlgorithm.ES256)))
              .restOperations(new RestTemplate(http))
              .build();
      made.setJwtValidator(
          new DelegatingOAuth2TokenValidator<>(
              new JwtTimestampValidator(), new OidcIdTokenValidator(registration)));
      decoder = made;
    }
    return decoder;
  }

  private OidcUser user(OidcUserRequest request) {
    OidcIdToken token = request.getIdToken();
    Role role = role(values(token.getClaims(), settings.rolesClaim()));
    if (role == null) {
      throw new OAuth2AuthenticationException(
          new OAuth2Error(NO_ROLE), name(token) + " has no role");
    }
    return new DefaultOidcUser(Person.authorities(role), token, nameClaim(token));
  }

  private @Nullable Role role(Set<String> values) {
    Role highest = null;
    for (Role role : Role.values()) {
      if (settings.roles().getOrDefault(role, List.of()).stream().anyMatch(values::contains)) {
        highest = role;
      }
    }
    return highest;
  }

  /** What a claim holds, a text or a list; below others where its name has dots. */
  private static Set<String> values(Map<?, ?> claims, String name) {
    Object value = claims.get(name);
    int dot = name.indexOf('.');
    if (value == null && dot > 0 && claims.get(name.substring(0, dot)) instanceof Map<?, ?> below) {
      return values(below, name.substring(dot + 1));
    }
    Stream<?> all =
        value instanceof Collection<?> several
            ? several.stream()
            : value == null ? Stream.empty() : Stream.of(value);
    return all.map(String::valueOf).collect(Collectors.toSet());
  }

  private static String nameClaim(OidcIdToken token) {
    return Stream.of("preferred_username", "email")
        .filter(claim -> token.getClaims().get(claim) instanceof String)
        .findFirst()
        .orElse("sub");
  }

  private static String name(OidcIdToken token) {
    return String.valueOf(token.getClaims().get(nameClaim(token)));
  }

  private void signedIn(
      HttpServletRequest request, HttpServletResponse response, Authentication someone)
      throws IOException {
    Role role = Person.role(someone);
    auditLog.write(
        Person.who(someone),
        "signed in",
        request.getRemoteAddr(),
        null,
        role == null ? null : role.text());
    response.sendRedirect(request.getContextPath() + Next.HOME);
  }

  private void refused(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    boolean noRole =
        why instanceof OAuth2AuthenticationException oauth
            && NO_ROLE.equals(oauth.getError().getErrorCode());
    LOG.warn(
        "refused to sign in by {}: {}",
        settings.issuer(),
        noRole ? "no role for any value of " + settings.rolesClaim() : why.getMessage());
    auditLog.write(
        noRole ? String.valueOf(why.getMessage()) : "unknown",
        AuditLog.SIGN_IN_FAILED,
        request.getRemoteAddr(),
        null,
        null);
    response.sendRedirect(
        request.getContextPath() + "/sign-in?" + (noRole ? "no-role" : "provider-failed"));
  }

  /** Where the provider is, beside the name of someone that it has let in. */
  static String issuer(OidcUser user) {
    return String.valueOf(URI.create(user.getIssuer().toString()).getHost());
  }

  /** The tokens are for knowing who it is, and for nothing later. */
  private static final class NoClients implements OAuth2AuthorizedClientRepository {
    @Override
    public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
        String id, Authentication someone, HttpServletRequest request) {
      return null;
    }

    @Override
    public void saveAuthorizedClient(
        OAuth2AuthorizedClient client,
        Authentication someone,
        HttpServletRequest request,
        HttpServletResponse response) {
      // see above
    }

    @Override
    public void removeAuthorizedClient(
        String id,
        Authentication someone,
        HttpServletRequest request,
        HttpServletResponse response) {
      // there is none
    }
  }
}

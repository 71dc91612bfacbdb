package io.entrarelay.console;

import static org.springframework.security.config.http.SessionCreationPolicy.STATELESS;

import com.github.benmanes.caffeine.cache.Ticker;
import io.entrarelay.config.RelaySettings;
import io.entrarelay.config.Role;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.LogoutConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/** Who may ask for what: nothing without sign-in, and no path that is not named here. */
@Configuration(proxyBeanMethods = false)
@EnableWebSecurity
class Security {
  private static final String VIEWER = Role.VIEWER.name();

  /** For the console's own pages; Hawtio says its own, with styles inline. */
  static final String CONTENT =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
          + " base-uri 'none'";

  private final LocalSignIn local;

  Security(ConsoleParts parts) {
    this.local =
        new LocalSignIn(parts.users(), parts.auditLog(), new SignInLimit(Ticker.systemTicker()));
  }

  @Bean
  @Nullable OidcSignIn oidcSignIn(ConsoleParts parts) {
    RelaySettings.Oidc settings = parts.console().oidc();
    return settings == null ? null : new OidcSignIn(settings, parts.auditLog());
  }

  /** Spring Security asks for it when a provider's ID token has come. */
  @Bean
  JwtDecoderFactory<ClientRegistration> idTokens(ObjectProvider<OidcSignIn> oidc) {
    return registration -> oidc.getObject().decoder(registration);
  }

  @Bean
  SecurityFilterChain rules(HttpSecurity http, ConsoleParts parts, ObjectProvider<OidcSignIn> oidc)
      throws Exception {
    boolean secure = Console.isSecure(parts.console());
    CookieCsrfTokenRepository csrf = CookieCsrfTokenRepository.withHttpOnlyFalse();
    csrf.setCookieCustomizer(cookie -> cookie.secure(secure).sameSite("Lax"));
    http.authenticationProvider(local)
        .authorizeHttpRequests(
            ask ->
                ask.dispatcherTypeMatchers(DispatcherType.ERROR, DispatcherType.FORWARD)
                    .permitAll()
                    .requestMatchers(
                        "/sign-in",
                        "/error",
                        "/actuator/health",
                        OidcSignIn.START,
                        OidcSignIn.CALLBACK)
                    .permitAll()
                    .requestMatchers(HttpMethod.GET, "/static/**", "/webjars/**", "/favicon.ico")
                    .permitAll()
                    // what Hawtio can do besides: reach other machines, sign in by itself
                    .requestMatchers(
                        "/actuator/hawtio/proxy/**",
                        "/actuator/hawtio/auth/login",
                        "/actuator/hawtio/keycloak/client-config")
                    .denyAll()
                    .requestMatchers("/actuator/jolokia/**", "/actuator/hawtio/jolokia/**")
                    .hasRole(VIEWER)
                    .requestMatchers(HttpMethod.GET, "/actuator/hawtio", "/actuator/hawtio/**")
                    .hasRole(VIEWER)
                    .requestMatchers(HttpMethod.GET, "/", "/integrations", "/integrations/**")
                    .hasRole(VIEWER)
                    .requestMatchers(HttpMethod.POST, IntegrationPage.ACTIONS)
                    .hasRole(Role.OPERATOR.name())
                    .requestMatchers(HttpMethod.GET, "/sinks", "/sinks/*")
                    .hasRole(VIEWER)
                    .requestMatchers(HttpMethod.GET, "/dead-letters")
                    .hasRole(VIEWER)
                    .requestMatchers(HttpMethod.GET, "/dead-letters/*") // personal data
                    .hasRole(Role.OPERATOR.name())
                    .requestMatchers(
                        HttpMethod.POST,
                        "/sinks/*/replay",
                        "/dead-letters/retry",
                        "/dead-letters/drop")
                    .hasRole(Role.OPERATOR.name())
                    .requestMatchers(HttpMethod.POST, IntegrationEditPage.ACTIONS)
                    .hasRole(Role.TENANT_ADMINISTRATOR.name())
                    .requestMatchers(
                        "/audit-log",
                        "/consent/**",
                        ConsentPage.CALLBACK,
                        "/add/consent",
                        "/add",
                        "/add/certificate")
                    .hasRole(Role.TENANT_ADMINISTRATOR.name()))
        .authorizeHttpRequests(Security::api)
        .authorizeHttpRequests(ask -> ask.anyRequest().denyAll())
        .csrf(
            protect -> protect.csrfTokenRepository(csrf).csrfTokenRequestHandler(new CsrfHandler()))
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .formLogin(
            form ->
                form.loginPage("/sign-in")
                    .usernameParameter("name")
                    .passwordParameter("password")
                    .successHandler(Security::signedIn)
                    .failureHandler(Security::refused))
        .logout(
            out ->
                out.logoutRequestMatcher(
                        PathPatternRequestMatcher.withDefaults()
                            .matcher(HttpMethod.POST, "/sign-out"))
                    .logoutSuccessUrl("/sign-in?signed-out"))
        .exceptionHandling(
            handling ->
                handling
                    .defaultAuthenticationEntryPointFor(ApiProblems::unknown, ApiProblems::concerns)
                    .defaultAuthenticationEntryPointFor(
                        Security::askToSignIn, AnyRequestMatcher.INSTANCE)
                    .defaultAccessDeniedHandlerFor(ApiProblems::denied, ApiProblems::concerns)
                    .defaultAccessDeniedHandlerFor(
                        new AccessDeniedHandlerImpl(), AnyRequestMatcher.INSTANCE))
        .headers(
            headers ->
                headers
                    .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT))
                    .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                    .permissionsPolicyHeader(
                        policy -> policy.policy("camera=(), geolocation=(), microphone=()"))
                    .crossOriginOpenerPolicy(
                        policy ->
                            policy.policy(
                                org.springframework.security.web.header.writers
                                    .CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy
                                    .SAME_ORIGIN)))
        .addFilterBefore(new SessionRules(parts.users(), parts.clock()), AuthorizationFilter.class);
    OidcSignIn provider = oidc.getIfAvailable();
    if (provider != null) {
      provider.configure(http);
    }
    return http.build();
  }

  /**
   * The API for programs. They send name and password along, so they have no session: none is
   * looked at, and what a browser does by itself, cookies, gives them nothing.
   */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  SecurityFilterChain programs(HttpSecurity http, ConsoleParts parts) throws Exception {
    return http.securityMatcher(
            request ->
                ApiProblems.concerns(request)
                    && request.getHeader(HttpHeaders.AUTHORIZATION) != null)
        .authenticationProvider(new BasicSignIn(local, parts.users(), parts.auditLog()))
        .authorizeHttpRequests(Security::api)
        .authorizeHttpRequests(ask -> ask.anyRequest().denyAll())
        .httpBasic(basic -> basic.authenticationEntryPoint(ApiProblems::unknown))
        .addFilterBefore(new PasswordInTheClear(parts.console()), BasicAuthenticationFilter.class)
        .sessionManagement(sessions -> sessions.sessionCreationPolicy(STATELESS))
        .csrf(CsrfConfigurer::disable)
        .requestCache(cache -> cache.requestCache(new NullRequestCache()))
        .logout(LogoutConfigurer::disable)
        .exceptionHandling(
            handling ->
                handling
                    .authenticationEntryPoint(ApiProblems::unknown)
                    .accessDeniedHandler(ApiProblems::denied))
        .headers(
            headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT)))
        .build();
  }

  private static void api(
      AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry
          ask) {
    for (ApiRules.Rule rule : ApiRules.RULES) {
      ask.requestMatchers(rule.method(), rule.path()).hasRole(rule.role().name());
    }
  }

  private static void signedIn(
      HttpServletRequest request, HttpServletResponse response, Authentication someone)
      throws IOException {
    response.sendRedirect(request.getContextPath() + Next.of(request.getParameter(Next.PARAMETER)));
  }

  private static void refused(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    String reason =
        why instanceof LocalSignIn.TooMany tooMany ? "wait=" + tooMany.seconds() : "failed";
    response.sendRedirect(
        request.getContextPath()
            + "/sign-in?"
            + reason
            + next(Next.of(request.getParameter(Next.PARAMETER))));
  }

  /** A page leads to the sign-in page; anything else gets 401, and the page that asked reloads. */
  private static void askToSignIn(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    String accept = String.valueOf(request.getHeader("Accept"));
    boolean isPage =
        "GET".equals(request.getMethod())
            && accept.contains("text/html")
            && request.getHeader("HX-Request") == null;
    if (!isPage) {
      response.setHeader("HX-Refresh", "true");
      response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
      return;
    }
    String path = request.getRequestURI().substring(request.getContextPath().length());
    String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
    String next = Next.of(path + query);
    response.sendRedirect(
        request.getContextPath()
            + "/sign-in"
            + (next.equals(Next.HOME) ? "" : "?" + next(next).substring(1)));
  }

  private static String next(String path) {
    return path.equals(Next.HOME)
        ? ""
        : "&" + Next.PARAMETER + "=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
  }

  @Bean
  FilterRegistrationBean<ApiErrors> apiErrors() {
    return before(new ApiErrors(), 0);
  }

  @Bean
  FilterRegistrationBean<PublicUrl> publicUrl(ConsoleParts parts) {
    return before(new PublicUrl(parts.console().publicUrl()), 1);
  }

  @Bean
  FilterRegistrationBean<SameOrigin> sameOrigin() {
    return before(new SameOrigin(), 2);
  }

  @Bean
  FilterRegistrationBean<RequestBound> requestBound() {
    return before(new RequestBound(), 3);
  }

  /** Before all others, sign-in among them. */
  private static <F extends jakarta.servlet.Filter> FilterRegistrationBean<F> before(
      F filter, int place) {
    FilterRegistrationBean<F> registration = new FilterRegistrationBean<>(filter);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + place);
    return registration;
  }
}

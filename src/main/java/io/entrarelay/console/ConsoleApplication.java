package io.entrarelay.console;

import io.hawt.springboot.HawtioEndpointAutoConfiguration;
import io.hawt.springboot.HawtioManagementConfiguration;
import javax.management.JMException;
import org.apache.catalina.session.StandardManager;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.support.spring.actuator.JolokiaServletAutoConfiguration;
import org.jolokia.support.spring.actuator.JolokiaWebEndpointAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.SecurityFilterAutoConfiguration;
import org.springframework.boot.autoconfigure.thymeleaf.ThymeleafAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.HttpEncodingAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.MultipartAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.error.ErrorMvcAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;

/** The console's parts of Spring: these, and nothing that is found by scanning. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
  ServletWebServerFactoryAutoConfiguration.class,
  DispatcherServletAutoConfiguration.class,
  MultipartAutoConfiguration.class,
  HttpEncodingAutoConfiguration.class,
  JacksonAutoConfiguration.class,
  HttpMessageConvertersAutoConfiguration.class,
  WebMvcAutoConfiguration.class,
  ErrorMvcAutoConfiguration.class,
  ThymeleafAutoConfiguration.class,
  SecurityAutoConfiguration.class,
  SecurityFilterAutoConfiguration.class,
  JolokiaWebEndpointAutoConfiguration.class,
  JolokiaServletAutoConfiguration.class,
  HawtioEndpointAutoConfiguration.class,
  HawtioManagementConfiguration.class
})
@EnableConfigurationProperties({WebEndpointProperties.class, ManagementServerProperties.class})
@Import({
  Security.class,
  Layout.class,
  SignInPage.class,
  IntegrationsPage.class,
  IntegrationPage.class,
  ConsentPage.class,
  IntegrationAddPage.class,
  IntegrationEditPage.class,
  CheckPage.class,
  SinksPage.class,
  LettersPage.class,
  AuditLogPage.class,
  RefusalPage.class,
  Health.class,
  ApiAdvice.class,
  ApiDescription.class,
  IntegrationsApi.class,
  IntegrationChangesApi.class,
  IntegrationActionsApi.class,
  ChecksApi.class,
  SinksApi.class,
  DeadLettersApi.class,
  AuditLogApi.class
})
class ConsoleApplication {
  private static final int MOST_SESSIONS = 5_000;

  /** Jolokia takes the one there is. */
  @Bean
  Restrictor jolokiaPolicy(ConsoleParts parts) {
    return new JolokiaPolicy(parts.auditLog());
  }

  @Bean
  CheckActions checkActions(ConsoleParts parts) {
    return new CheckActions(parts);
  }

  @Bean
  HawtioRights hawtioRights() throws JMException {
    return new HawtioRights();
  }

  @Bean
  DefaultSslBundleRegistry sslBundles() {
    return new DefaultSslBundleRegistry();
  }

  /** Before the web server, which asks the bundles for it. */
  @Bean
  @Nullable ServerCertificate serverCertificate(
      ConsoleParts parts, DefaultSslBundleRegistry bundles) {
    return ServerCertificate.of(parts.console(), bundles);
  }

  @Bean
  @DependsOn("serverCertificate")
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcat() {
    return factory ->
        factory.addContextCustomizers(
            context -> {
              StandardManager sessions = new StandardManager();
              sessions.setPathname(""); // they end with the process
              sessions.setMaxActiveSessions(MOST_SESSIONS);
              context.setManager(sessions);
              context.setUseRelativeRedirects(true);
            });
  }
}

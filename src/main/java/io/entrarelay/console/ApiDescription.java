package io.entrarelay.console;

import io.entrarelay.console.ApiRules.Rule;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.ArraySchema;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.IntegerSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.ObjectSchema;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.springdoc.core.configuration.SpringDocConfiguration;
import org.springdoc.core.converters.ModelConverterRegistrar;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.properties.SpringDocConfigProperties;
import org.springdoc.webmvc.core.configuration.SpringDocWebMvcConfiguration;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * The API's description, made by springdoc of the controllers when it is asked for the first time:
 * until then none of its parts is there.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
  SpringDocConfiguration.class,
  SpringDocConfigProperties.class,
  SpringDocWebMvcConfiguration.class
})
class ApiDescription {
  private static final String PROBLEM = "Problem";
  private static final String BASIC = "basic";
  private static final String SESSION = "session";

  /** All of springdoc's parts wait, also those that say otherwise. */
  @Bean
  static BeanFactoryPostProcessor springdocWaits() {
    return factory -> {
      for (String name : factory.getBeanDefinitionNames()) {
        BeanDefinition definition = factory.getBeanDefinition(name);
        String of =
            Objects.requireNonNullElse(
                definition.getFactoryBeanName(), definition.getBeanClassName());
        if (of != null && of.startsWith("org.springdoc.")) {
          definition.setLazyInit(true);
        }
      }
      // it waits for the start, to warn of the description, which is not for everybody here
      ((BeanDefinitionRegistry) factory).removeBeanDefinition("springDocAppInitializer");
    };
  }

  @Bean
  @Lazy
  OpenAPI openApi(ApplicationContext context) {
    context.getBean(ModelConverterRegistrar.class); // nothing asks for it, and all goes by it
    return new OpenAPI()
        .info(
            new Info()
                .title("Entra Relay")
                .version("v1")
                .description(
                    "What the console does, for programs. Times are RFC 3339, in UTC."
                        + " A program sends the name and password of a user of the console by HTTP"
                        + " Basic; a page of the console itself uses its session, and sends the"
                        + " cookie XSRF-TOKEN in the header X-XSRF-TOKEN along with what changes"
                        + " something. Roles include each other: viewer, operator,"
                        + " tenant-administrator. What goes wrong is told as RFC 9457 says."))
        .components(
            new Components()
                .addSecuritySchemes(
                    BASIC, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("basic"))
                .addSecuritySchemes(
                    SESSION,
                    new SecurityScheme()
                        .type(SecurityScheme.Type.APIKEY)
                        .in(SecurityScheme.In.COOKIE)
                        .name("entra-relay-session")))
        .addSecurityItem(new SecurityRequirement().addList(BASIC))
        .addSecurityItem(new SecurityRequirement().addList(SESSION));
  }

  /** Adds what is the same everywhere, and who may. */
  @Bean
  @Lazy
  OpenApiCustomizer rolesAndProblems() {
    return api -> {
      api.getComponents()
          .addSchemas(
              "Error",
              ModelConverters.getInstance(true)
                  .resolveAsResolvedSchema(
                      new io.swagger.v3.core.converter.AnnotatedType(ApiAdvice.Error.class))
                  .schema)
          .addSchemas(PROBLEM, problem());
      api.getPaths()
          .forEach(
              (path, item) ->
                  item.readOperationsMap()
                      .forEach((method, operation) -> complete(path, method.name(), operation)));
    };
  }

  private static Schema<?> problem() {
    return new ObjectSchema()
        .description("RFC 9457")
        .addProperty("type", new StringSchema())
        .addProperty("title", new StringSchema())
        .addProperty("status", new IntegerSchema())
        .addProperty("detail", new StringSchema().description("what is wrong, for people"))
        .addProperty("instance", new StringSchema().description("the path that was asked"))
        .addProperty(
            "errors",
            new ArraySchema()
                .items(new Schema<>().$ref("#/components/schemas/Error"))
                .description("of 400 and 409: each thing that is wrong, by its key"));
  }

  private static void complete(String path, String method, Operation operation) {
    ApiRules.named(method, path)
        .map(Rule::role)
        .ifPresent(
            role -> {
              String needs = "Needs the role " + role.text() + ".";
              String said = operation.getDescription();
              operation.setDescription(said == null ? needs : said + " " + needs);
              operation.addExtension("x-role", role.text());
            });
    operation.setTags(List.of(path.split("/")[3])); // behind /api/v1
    boolean changes = !method.equals("GET");
    boolean body = operation.getRequestBody() != null;
    if (body) {
      operation.getRequestBody().setRequired(true);
    }
    boolean parameters = operation.getParameters() != null && !operation.getParameters().isEmpty();
    ApiResponses responses = operation.getResponses();
    if (body || parameters) {
      add(responses, 400, "The request is wrong; nothing was changed.");
    }
    add(responses, 401, "Nobody is signed in.");
    add(responses, 403, "Needs another role, TLS, or of a browser the header X-XSRF-TOKEN.");
    if (path.contains("{")) {
      add(responses, 404, "There is none of this name.");
    }
    if (changes) {
      add(responses, 409, "It doesn't go with what there is, or a file decides about it.");
    }
    if (body) {
      add(responses, 413, "The body is too long.");
      add(responses, 415, "The body is not application/json.");
    }
    add(responses, 429, "Too many passwords were wrong: wait.")
        .addHeaderObject(
            "Retry-After", new Header().description("seconds").schema(new IntegerSchema()));
    add(responses, 503, "The relay or its state store does not answer now.");
  }

  private static ApiResponse add(ApiResponses responses, int status, String description) {
    ApiResponse response =
        new ApiResponse()
            .description(description)
            .content(
                new Content()
                    .addMediaType(
                        "application/problem+json",
                        new MediaType()
                            .schema(new Schema<>().$ref("#/components/schemas/" + PROBLEM))));
    responses.addApiResponse(String.format(Locale.ROOT, "%d", status), response);
    return response;
  }

  /** How springdoc is set up. */
  static Map<String, Object> properties() {
    return Map.of(
        "springdoc.api-docs.path", ApiRules.DESCRIPTION,
        "springdoc.paths-to-match", ApiRules.BASE + "/**",
        "springdoc.packages-to-scan", ApiDescription.class.getPackageName(),
        "springdoc.override-with-generic-response", "false",
        "springdoc.default-produces-media-type", "application/json",
        "springdoc.default-consumes-media-type", "application/json",
        "springdoc.writer-with-order-by-keys", "true");
  }
}

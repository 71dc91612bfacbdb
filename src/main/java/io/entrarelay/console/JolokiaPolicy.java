package io.entrarelay.console;

import io.entrarelay.config.Role;
import java.util.Map;
import java.util.Set;
import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * What may be done with managed beans by Jolokia, which Hawtio speaks; it is asked for each single
 * request of a bulk, after Jolokia has read it. Viewers read; operators in addition stop and start
 * routes and operate the relay's own beans; nobody edits routes, sends messages into them, reads
 * the messages that pass, or reaches what else the virtual machine offers.
 */
final class JolokiaPolicy implements Restrictor {
  private static final String CAMEL = "org.apache.camel";
  private static final String RELAY = "io.entrarelay";

  /** The domains that are seen at all. */
  private static final Set<String> SEEN =
      Set.of(CAMEL, RELAY, "java.lang", "java.nio", "hawtio", "jolokia");

  /** They may hold secrets that were given on the command line. */
  private static final Set<String> SECRET_ATTRIBUTES = Set.of("SystemProperties", "InputArguments");

  /** Operations of Camel's beans that only tell, by the beans' type. */
  private static final Map<String, Set<String>> TELLING =
      Map.of(
          "context",
          Set.of(
              "dumpRoutesAsXml",
              "dumpRoutesAsYaml",
              "dumpRoutesStatsAsXml",
              "dumpStepStatsAsXml",
              "dumpRoutesSourceLocationsAsXml",
              "componentNames",
              "findComponentNames"),
          "routes",
          Set.of(
              "dumpRouteAsXml",
              "dumpRouteAsYaml",
              "dumpRouteStatsAsXml",
              "dumpStepStatsAsXml",
              "dumpRouteSourceLocationsAsXml",
              "isUpdateRouteEnabled"),
          "services",
          Set.of("browse", "endpointStatistics", "listRestServices", "listTypeConverters"),
          "health",
          Set.of("details", "status"));

  private static final Set<String> OPERATING =
      Set.of("start", "stop", "suspend", "resume", "restart");

  @Override
  public boolean isHttpMethodAllowed(HttpMethod method) {
    return method == HttpMethod.GET || method == HttpMethod.POST;
  }

  @Override
  public boolean isTypeAllowed(RequestType type) {
    return may(Role.VIEWER)
        && switch (type) {
          case READ, LIST, SEARCH, VERSION, EXEC -> true;
          case WRITE, CONFIG, NOTIFICATION -> false;
        };
  }

  @Override
  public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
    return may(Role.VIEWER)
        && SEEN.contains(name.getDomain())
        && !SECRET_ATTRIBUTES.contains(attribute);
  }

  @Override
  public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
    return false;
  }

  @Override
  public boolean isOperationAllowed(ObjectName name, String operation) {
    // a pattern is asked for once, whatever it turns out to mean
    if (name.isPattern() || operation == null) {
      return false;
    }
    int signature = operation.indexOf('(');
    String plain = signature < 0 ? operation : operation.substring(0, signature);
    String type = String.valueOf(name.getKeyProperty("type"));
    if (name.getDomain().equals(CAMEL) && TELLING.getOrDefault(type, Set.of()).contains(plain)) {
      return may(Role.VIEWER);
    }
    boolean operates =
        name.getDomain().equals(RELAY)
            || (name.getDomain().equals(CAMEL)
                && type.equals("routes")
                && OPERATING.contains(plain));
    // a link that someone was made to follow must change nothing: only what a form protects may
    return operates && isPost() && may(Role.OPERATOR);
  }

  private static boolean may(Role role) {
    return Person.may(SecurityContextHolder.getContext().getAuthentication(), role);
  }

  private static boolean isPost() {
    return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request
        && "POST".equals(request.getRequest().getMethod());
  }

  @Override
  public boolean isObjectNameHidden(ObjectName name) {
    return !SEEN.contains(name.getDomain());
  }

  /** Who may come at all is settled before. */
  @Override
  public boolean isRemoteAccessAllowed(String... hostOrAddress) {
    return true;
  }

  /** Other origins are refused before, see {@link SameOrigin}. */
  @Override
  public boolean isOriginAllowed(String origin, boolean strictCheck) {
    return true;
  }

  /** Where a proxy has taken off TLS, the origin is still https. */
  @Override
  public boolean ignoreScheme() {
    return true;
  }
}

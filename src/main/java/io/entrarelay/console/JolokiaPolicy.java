package io.entrarelay.console;

import io.entrarelay.config.Role;
import io.entrarelay.state.AuditLog;
import java.util.Map;
import java.util.Set;
import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
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
  private static final Logger LOG = LoggerFactory.getLogger(JolokiaPolicy.class);
  private static final String CAMEL = "org.apache.camel";
  private static final String RELAY = "io.entrarelay";

  /** What Hawtio asks for rights, in its canonical form. */
  private static final String RIGHTS = "hawtio:area=jmx,name=EntraRelay,type=security";

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

  private final AuditLog auditLog;

  /**
   * @param auditLog where what is allowed to change something is noted
   */
  JolokiaPolicy(AuditLog auditLog) {
    this.auditLog = auditLog;
  }

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
    return told(
        may(Role.VIEWER)
            && SEEN.contains(name.getDomain())
            && !SECRET_ATTRIBUTES.contains(attribute),
        name,
        attribute);
  }

  /** Whoever wonders finds in the log, with --verbose, what was refused. */
  private static boolean told(boolean allowed, ObjectName name, String member) {
    if (!allowed) {
      LOG.debug("refused by the policy for Jolokia: {} of {}", member, name);
    }
    return allowed;
  }

  @Override
  public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
    return false;
  }

  @Override
  public boolean isOperationAllowed(ObjectName name, String operation) {
    boolean allowed = told(isAllowed(name, operation), name, operation);
    Authentication someone = SecurityContextHolder.getContext().getAuthentication();
    if (allowed && someone != null && !tells(name, operation) && !isRights(name, operation)) {
      String route = name.getKeyProperty("name");
      auditLog.write(
          Person.who(someone),
          ("routes".equals(name.getKeyProperty("type")) ? "route " : "bean ") + plain(operation),
          route == null ? name.toString() : route.replace("\"", ""),
          null,
          null);
    }
    return allowed;
  }

  private static boolean isRights(ObjectName name, @Nullable String operation) {
    return name.getCanonicalName().equals(RIGHTS)
        && String.valueOf(operation).startsWith("canInvoke");
  }

  private static boolean isAllowed(ObjectName name, @Nullable String operation) {
    if (isRights(name, operation)) {
      return may(Role.VIEWER);
    }
    // a link that someone was made to follow must change nothing: only what a token protects may
    return tells(name, operation) ? may(Role.VIEWER) : isPost() && mayInvoke(name, operation);
  }

  /** Whether there is anything to see of a bean. */
  static boolean isSeen(ObjectName name) {
    return SEEN.contains(name.getDomain());
  }

  /** Whether the person whose request this is may invoke an operation. */
  static boolean mayInvoke(ObjectName name, @Nullable String operation) {
    // a pattern is asked for once, whatever it turns out to mean
    if (name.isPattern() || operation == null) {
      return false;
    }
    if (tells(name, operation)) {
      return may(Role.VIEWER);
    }
    boolean operates =
        name.getDomain().equals(RELAY)
            || (name.getDomain().equals(CAMEL)
                && "routes".equals(name.getKeyProperty("type"))
                && OPERATING.contains(plain(operation)));
    return operates && may(Role.OPERATOR);
  }

  private static boolean tells(ObjectName name, @Nullable String operation) {
    return operation != null
        && !name.isPattern()
        && name.getDomain().equals(CAMEL)
        && TELLING
            .getOrDefault(String.valueOf(name.getKeyProperty("type")), Set.of())
            .contains(plain(operation));
  }

  /** Without its signature. */
  private static String plain(String operation) {
    int signature = operation.indexOf('(');
    return signature < 0 ? operation : operation.substring(0, signature);
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

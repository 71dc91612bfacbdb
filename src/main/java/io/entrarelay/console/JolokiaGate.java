package io.entrarelay.console;

import java.util.Set;
import org.jolokia.server.core.request.JolokiaRequest;
import org.jolokia.server.core.service.request.AbstractRequestHandler;
import org.jolokia.server.core.util.RequestType;

/**
 * Takes, before Jolokia does, the requests for whose kind it asks no {@link JolokiaPolicy}, and
 * refuses them: registrations for notifications, which it would keep, and what is meant for another
 * machine. Jolokia finds it by {@code META-INF/jolokia/services}.
 */
public final class JolokiaGate extends AbstractRequestHandler {
  private static final Set<RequestType> LET_ON =
      Set.of(
          RequestType.READ,
          RequestType.EXEC,
          RequestType.LIST,
          RequestType.SEARCH,
          RequestType.VERSION);

  /**
   * @param order among Jolokia's handlers
   */
  public JolokiaGate(int order) {
    super("gate", order);
  }

  @Override
  public boolean canHandle(JolokiaRequest request) {
    return !LET_ON.contains(request.getType()) || request.getOption("target") != null;
  }

  @Override
  public <R extends JolokiaRequest> Object handleRequest(R request, Object previous) {
    throw new SecurityException("Requests of this kind are not allowed");
  }
}

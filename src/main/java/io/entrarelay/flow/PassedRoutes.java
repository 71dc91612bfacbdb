package io.entrarelay.flow;

import io.entrarelay.collect.Page;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/** Notes the routes that a page passes, so that an error can name where its records went. */
public final class PassedRoutes implements RoutePolicyFactory {

  @Override
  public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
    return new RoutePolicySupport() {
      @Override
      public void onExchangeBegin(Route begun, Exchange exchange) {
        if (exchange.getVariable(PollSteps.PAGE) instanceof Page page) {
          page.passed(begun.getId());
        }
      }
    };
  }
}

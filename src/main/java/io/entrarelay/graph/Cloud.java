package io.entrarelay.graph;

import java.net.URI;

/**
 * One Microsoft cloud, by the two hosts that a token and a page come from.
 *
 * @param name the {@code cloud:} value of an integration file
 * @param authority scheme, host and port of the token endpoint, without a path
 * @param graph scheme, host and port of Microsoft Graph, without a path
 */
public record Cloud(String name, URI authority, URI graph) {

  /** The token scope of Graph's application permissions in this cloud. */
  public String scope() {
    return graph + "/.default";
  }
}

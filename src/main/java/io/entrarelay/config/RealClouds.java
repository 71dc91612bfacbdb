package io.entrarelay.config;

import io.entrarelay.graph.Cloud;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Microsoft's own clouds. Source: Graph's page "National cloud deployments"; GCC (moderate) is
 * {@code global}, GCC High {@code us-gov}, DoD {@code us-gov-dod}.
 */
final class RealClouds {
  static final Map<String, Cloud> BY_NAME = new LinkedHashMap<>();

  static {
    add("global", "https://login.microsoftonline.com", "https://graph.microsoft.com");
    add("us-gov", "https://login.microsoftonline.us", "https://graph.microsoft.us");
    add("us-gov-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us");
    add("china", "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn");
  }

  private RealClouds() {}

  private static void add(String name, String authority, String graph) {
    BY_NAME.put(name, new Cloud(name, URI.create(authority), URI.create(graph)));
  }
}

package io.entrarelay.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** An IP address as Entra writes it: {@code ip}, {@code ip:port} or {@code [ip]:port}. */
final class Address {
  private Address() {}

  /** {@code {"ip": text, "port": number}}, the port where there is one; null for anything else. */
  static @Nullable JsonNode of(JsonNode value) {
    String text = value.textValue();
    if (text == null) {
      return null;
    }
    String ip = text;
    String port = null;
    int colon = text.lastIndexOf(':');
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || end != text.length() - 1 && end != colon - 1) {
        return null;
      }
      ip = text.substring(1, end);
      port = end == text.length() - 1 ? null : text.substring(colon + 1);
      if (!isV6(ip)) {
        return null;
      }
    } else if (colon >= 0 && colon == text.indexOf(':')) {
      ip = text.substring(0, colon);
      port = text.substring(colon + 1);
    }
    if (!isV4(ip, 0) && !isV6(ip)) {
      return null;
    }
    ObjectNode address = JsonNodeFactory.instance.objectNode().put("ip", ip);
    if (port != null) {
      int number = number(port, 0, port.length(), 65_535);
      if (number < 0) {
        return null;
      }
      address.put("port", number);
    }
    return address;
  }

  /** The number that these digits write; -1 where it is none, or larger. */
  private static int number(String text, int start, int end, int largest) {
    if (start == end || end - start > 5) {
      return -1;
    }
    int number = 0;
    for (int i = start; i < end; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number <= largest ? number : -1;
  }

  /** Whether four numbers up to 255 stand there from {@code start} on. */
  private static boolean isV4(String text, int start) {
    int at = start;
    for (int part = 0; part < 4; part++) {
      int end = part == 3 ? text.length() : text.indexOf('.', at);
      if (end < 0 || end - at > 3 || number(text, at, end, 255) < 0) {
        return false;
      }
      at = end + 1;
    }
    return true;
  }

  /** Eight groups of up to four hexadecimal digits; {@code ::} once for zeros; IPv4 at the end. */
  private static boolean isV6(String text) {
    int groups = 0;
    boolean zeros = false;
    int at = 0;
    int length = text.length();
    if (text.startsWith("::")) {
      zeros = true;
      at = 2;
    }
    while (at < length) {
      int end = at;
      while (end < length && Character.digit(text.charAt(end), 16) >= 0 && text.charAt(end) < 128) {
        end++;
      }
      if (end < length && text.charAt(end) == '.') {
        return isV4(text, at) && (zeros ? groups < 6 : groups == 6);
      }
      if (end == at || end - at > 4) {
        return false;
      }
      groups++;
      if (end == length) {
        break;
      }
      if (text.charAt(end) != ':' || end == length - 1) {
        return false;
      }
      at = end + 1;
      if (text.charAt(at) == ':') {
        if (zeros) {
          return false;
        }
        zeros = true;
        at++;
      }
    }
    return zeros ? groups < 8 : groups == 8;
  }
}

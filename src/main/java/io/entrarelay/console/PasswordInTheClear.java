package io.entrarelay.console;

import io.entrarelay.config.RelaySettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses passwords where each request would carry one over a network without TLS. */
final class PasswordInTheClear extends OncePerRequestFilter {
  private final boolean clear;

  PasswordInTheClear(RelaySettings.Console settings) {
    this.clear = !Console.isSecure(settings) && !isThisMachine(settings);
  }

  private static boolean isThisMachine(RelaySettings.Console settings) {
    URI url = settings.publicUrl();
    return isLoopback(settings.address()) && (url == null || isLoopback(url.getHost()));
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (clear) {
      ApiProblems.write(
          request,
          response,
          HttpStatus.FORBIDDEN,
          "Passwords are taken by TLS only, or on this machine alone. Give the console a"
              + " certificate (relay.console.certificate), or a proxy with TLS"
              + " (relay.console.public-url). Change the password that was sent.");
      return;
    }
    chain.doFilter(request, response);
  }
}

package io.entrarelay.console;

import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** For probes that don't sign in: that the console answers, and nothing more. */
@RestController
class Health {
  @GetMapping("/actuator/health")
  ResponseEntity<Map<String, String>> health() {
    return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(Map.of("status", "UP"));
  }
}

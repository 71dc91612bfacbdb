package io.entrarelay.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.entrarelay.credential.CredentialException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** How a certificate command answers: one JSON object or lines for people, and an exit code. */
final class Answer {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Answer() {}

  static int lines(CommandSpec spec, String lines) {
    spec.commandLine().getOut().println(lines);
    return CertificateCommand.OK;
  }

  /** An object on one line. */
  static String text(Map<String, Object> object) {
    try {
      return JSON.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(object);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and text have a JSON form", impossible);
    }
  }

  static int json(CommandSpec spec, Map<String, Object> object) {
    try {
      spec.commandLine().getOut().println(JSON.writeValueAsString(object));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("maps and text have a JSON form", impossible);
    }
    return CertificateCommand.OK;
  }

  /** The refusal: on standard output as JSON where that was asked for, else on standard error. */
  static int refused(CommandSpec spec, CredentialException refused, boolean json) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("ok", false);
      object.put("code", refused.code().name());
      object.put("file", refused.path().toString());
      object.put("cause", refused.reason());
      object.put("remedy", refused.remedy());
      json(spec, object);
    } else {
      spec.commandLine().getErr().println(refused.getMessage());
    }
    return CertificateCommand.REFUSED;
  }
}

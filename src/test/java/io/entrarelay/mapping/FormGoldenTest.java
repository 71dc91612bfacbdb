package io.entrarelay.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each record in each form, as it is kept under {@code golden/<form>/}. {@code -Dgolden.write=true}
 * writes what the mappings give now: {@code git diff} is the review.
 */
class FormGoldenTest {
  private static final boolean WRITE = Boolean.getBoolean("golden.write");

  static Stream<Golden> cases() {
    return Golden.forms().stream().flatMap(form -> Golden.cases(form).stream());
  }

  private static final class Compiled {
    private static final Mappings MAPPINGS = Mappings.compile(Golden.MAPPINGS, Golden.forms());
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("cases")
  void isAsExpected(Golden golden) throws Exception {
    String document = Golden.pretty(golden.document(Compiled.MAPPINGS));
    Path file = golden.file();
    if (WRITE) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, document);
    }
    assertThat(file).as("write it by -Dgolden.write=true and read it").exists();
    assertThat(document).as(file.toString()).isEqualTo(Files.readString(file));
  }

  @Test
  void noneIsLeftWithoutARecord() {
    List<Path> left = new ArrayList<>();
    for (String form : Golden.forms()) {
      List<Path> expected = Golden.cases(form).stream().map(Golden::file).toList();
      for (String report : Golden.names(Golden.ROOT.resolve(form))) {
        Path folder = Golden.ROOT.resolve(form).resolve(report);
        for (String story : Golden.names(folder)) {
          Path file = folder.resolve(story).resolve("expected.json");
          if (!expected.contains(file)) {
            left.add(file);
          }
        }
      }
    }
    assertThat(left).isEmpty();
  }
}

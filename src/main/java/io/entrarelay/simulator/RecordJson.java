package io.entrarelay.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a record as Graph does: UTF-8, without a space, every known property present. */
final class RecordJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(com.fasterxml.jackson.core.StreamWriteFeature.AUTO_CLOSE_TARGET)
          .build();

  /** What writes the members of an object. */
  interface Members {
    void write(RecordJson json) throws IOException;
  }

  private final JsonGenerator generator;

  private RecordJson(JsonGenerator generator) {
    this.generator = generator;
  }

  static void write(ByteArrayOutputStream out, Members members) {
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      generator.writeStartObject();
      members.write(new RecordJson(generator));
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RecordJson text(String name, @Nullable String value) throws IOException {
    generator.writeStringField(name, value);
    return this;
  }

  RecordJson number(String name, int value) throws IOException {
    generator.writeNumberField(name, value);
    return this;
  }

  RecordJson number(String name, @Nullable Double value) throws IOException {
    if (value == null) {
      generator.writeNullField(name);
    } else {
      generator.writeNumberField(name, value);
    }
    return this;
  }

  RecordJson flag(String name, @Nullable Boolean value) throws IOException {
    if (value == null) {
      generator.writeNullField(name);
    } else {
      generator.writeBooleanField(name, value);
    }
    return this;
  }

  RecordJson nothing(String name) throws IOException {
    generator.writeNullField(name);
    return this;
  }

  RecordJson texts(String name, List<String> values) throws IOException {
    generator.writeArrayFieldStart(name);
    for (String value : values) {
      generator.writeString(value);
    }
    generator.writeEndArray();
    return this;
  }

  RecordJson object(String name, Members members) throws IOException {
    generator.writeObjectFieldStart(name);
    members.write(this);
    generator.writeEndObject();
    return this;
  }

  /** An array whose elements {@code elements} writes with {@link #element}. */
  RecordJson array(String name, Members elements) throws IOException {
    generator.writeArrayFieldStart(name);
    elements.write(this);
    generator.writeEndArray();
    return this;
  }

  RecordJson element(Members members) throws IOException {
    generator.writeStartObject();
    members.write(this);
    generator.writeEndObject();
    return this;
  }

  /** JSON text as it stands, for what no writer would write. */
  RecordJson raw(String name, String json) throws IOException {
    generator.writeFieldName(name);
    generator.writeRawValue(json);
    return this;
  }
}

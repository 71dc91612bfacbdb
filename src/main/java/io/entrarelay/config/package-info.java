/**
 * What an operator writes: {@code config/application.yaml} and {@code
 * config/integrations/<name>.yaml}.
 */
@NullMarked
package io.entrarelay.config;

import org.jspecify.annotations.NullMarked;

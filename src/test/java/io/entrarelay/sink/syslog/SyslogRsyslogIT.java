package io.entrarelay.sink.syslog;

import io.entrarelay.sink.syslog.SyslogReceiver.Tls;
import io.entrarelay.sink.syslog.SyslogReceiver.Transport;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The syslog sink and a real rsyslog. */
class SyslogRsyslogIT extends SyslogContract {
  @Override
  SyslogReceiver receiver(Path at, Transport transport, @Nullable Tls tls) throws IOException {
    return new Rsyslog(at, transport, tls);
  }
}

package io.entrarelay.console;

import io.hawt.jmx.JMXSecurityMBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;

/**
 * Tells Hawtio what the person before it may do, so that it offers no button that would be refused.
 * It asks by a managed bean that it looks for; the answer is {@link JolokiaPolicy}'s.
 */
final class HawtioRights implements JMXSecurityMBean, AutoCloseable {
  /** Where Hawtio looks: the one there is whose name doesn't say that it is a dummy. */
  static final String NAME = "hawtio:type=security,area=jmx,name=EntraRelay";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final ObjectName name;

  HawtioRights() throws JMException {
    name = new ObjectName(NAME);
    close(); // another console of this process may have left it
    server.registerMBean(new StandardMBean(this, JMXSecurityMBean.class), name);
  }

  @Override
  public boolean canInvoke(String bean) throws JMException {
    return JolokiaPolicy.isSeen(new ObjectName(bean));
  }

  @Override
  public boolean canInvoke(String bean, String method) throws JMException {
    return JolokiaPolicy.mayInvoke(new ObjectName(bean), method);
  }

  @Override
  public boolean canInvoke(String bean, String method, String[] types) throws JMException {
    return canInvoke(bean, method);
  }

  @Override
  public TabularData canInvoke(Map<String, List<String>> methods) throws JMException {
    TabularData answer = new TabularDataSupport(CAN_INVOKE_TABULAR_TYPE);
    for (Map.Entry<String, List<String>> bean : methods.entrySet()) {
      if (bean.getValue().isEmpty()) {
        answer.put(row(bean.getKey(), "", canInvoke(bean.getKey())));
      }
      for (String method : bean.getValue()) {
        CompositeDataSupport row = row(bean.getKey(), method, canInvoke(bean.getKey(), method));
        if (!answer.containsValue(row)) {
          answer.put(row);
        }
      }
    }
    return answer;
  }

  private static CompositeDataSupport row(String bean, String method, boolean can)
      throws OpenDataException {
    return new CompositeDataSupport(
        CAN_INVOKE_RESULT_ROW_TYPE, CAN_INVOKE_RESULT_COLUMNS, new Object[] {bean, method, can});
  }

  @Override
  public void close() throws JMException {
    if (server.isRegistered(name)) {
      server.unregisterMBean(name);
    }
  }
}

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

func probe() { _ = Router() }

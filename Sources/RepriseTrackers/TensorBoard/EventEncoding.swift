import OrderedCollections
import RepriseModel
import RepriseTracking

/// The events of a run as TensorBoard reads them: `tensorflow.Event` with scalars, and the hparams plug-in's own.
enum EventEncoding {
    /// What every event file begins with.
    static func version(at time: Timestamp) -> [UInt8] {
        event(at: time.milliseconds) { $0.text(3, "brain.Event:2") }
    }

    /// TensorBoard keeps 32 bits of a scalar.
    static func scalars(_ column: ParcelColumn) -> [UInt8] {
        var bytes: [UInt8] = []
        let points = column.points
        for index in points.values.indices {
            bytes += event(at: points.times[index], step: points.steps[index]) { event in
                event.message(5) { summary in
                    summary.message(1) { value in
                        value.text(1, column.key)
                        value.float(2, Float(points.values[index]))
                    }
                }
            }
        }
        return bytes
    }

    /// `SessionStartInfo`: the parameters, for the table of hyperparameters.
    static func parameters(_ parameters: Mapping, of run: TrackedRun) -> [UInt8] {
        let start = run.startedAt ?? run.createdAt
        return session("_hparams_/session_start_info", at: start) { data in
            data.message(3) { info in
                for (name, value) in parameters {
                    info.message(1) { entry in
                        entry.text(1, name)
                        entry.message(2) { kept(value, in: &$0) }
                    }
                }
                info.double(5, Double(start.milliseconds) / 1000)
            }
        }
    }

    /// `SessionEndInfo`: how the run ended.
    static func end(of run: TrackedRun) -> [UInt8] {
        let end = run.endedAt ?? run.createdAt
        return session("_hparams_/session_end_info", at: end) { data in
            data.message(4) { info in
                info.integer(1, run.state == .finished ? 1 : 2)
                info.double(2, Double(end.milliseconds) / 1000)
            }
        }
    }

    /// A `google.protobuf.Value`.
    private static func kept(_ value: Value, in writer: inout ProtobufWriter) {
        switch value {
        case .bool(let flag): writer.integer(4, flag ? 1 : 0)
        case .integer(let number): writer.double(2, Double(number))
        case .number(let number): writer.double(2, number)
        default: writer.text(3, value.text)
        }
    }

    private static func session(
        _ tag: String,
        at time: Timestamp,
        _ body: (inout ProtobufWriter) -> Void
    ) -> [UInt8] {
        var data = ProtobufWriter()
        body(&data)
        let content = data.bytes
        return event(at: time.milliseconds) { event in
            event.message(5) { summary in
                summary.message(1) { value in
                    value.text(1, tag)
                    value.message(9) { metadata in
                        metadata.message(1) { plugin in
                            plugin.text(1, "hparams")
                            plugin.blob(2, content)
                        }
                    }
                }
            }
        }
    }

    private static func event(at time: Int64, step: Int64 = 0, _ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.double(1, Double(time) / 1000)
        if step != 0 { writer.integer(2, step) }
        body(&writer)
        return eventRecord(writer.bytes)
    }
}

extension ExpressionArithmetic {
    /// Computes; what has no result, such as a text times a number or a division by zero, is `null`.
    ///
    /// Whole numbers stay whole but for `/`; a result that 64 bits cannot hold becomes a decimal number. A time
    /// moves by seconds, and two times are seconds apart.
    func apply(_ left: ExpressionValue, _ right: ExpressionValue) -> ExpressionValue {
        switch (left, right) {
        case (.value(.integer(let a)), .value(.integer(let b))): .value(whole(a, b))
        case (.value(.string(let a)), .value(.string(let b))) where self == .plus: .value(.string(a + b))
        case (.value(let a), .value(let b)):
            if let a = a.doubleValue, let b = b.doubleValue { .value(decimal(a, b)) } else { .null }
        case (.time(let a), .time(let b)) where self == .minus:
            .value(.number(Double(a.milliseconds) / 1000 - Double(b.milliseconds) / 1000))
        case (.time(let time), .value(let value)) where self == .plus || self == .minus:
            moved(time, by: value.doubleValue.map { self == .plus ? $0 : -$0 })
        default: .null
        }
    }

    private func moved(_ time: Timestamp, by seconds: Double?) -> ExpressionValue {
        guard let seconds, abs(seconds) < 1e12 else { return .null }
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(Int64((seconds * 1000).rounded()))
        return overflow ? .null : .time(Timestamp(milliseconds: sum))
    }

    private func whole(_ a: Int64, _ b: Int64) -> Value {
        let result: (partialValue: Int64, overflow: Bool)
        switch self {
        case .plus: result = a.addingReportingOverflow(b)
        case .minus: result = a.subtractingReportingOverflow(b)
        case .times: result = a.multipliedReportingOverflow(by: b)
        case .remainder:
            guard b != 0 else { return .null }
            result = a.remainderReportingOverflow(dividingBy: b)
        case .divided: return decimal(Double(a), Double(b))
        }
        return result.overflow ? decimal(Double(a), Double(b)) : .integer(result.partialValue)
    }

    private func decimal(_ a: Double, _ b: Double) -> Value {
        switch self {
        case .plus: .number(a + b)
        case .minus: .number(a - b)
        case .times: .number(a * b)
        case .divided: b == 0 ? .null : .number(a / b)
        case .remainder: b == 0 ? .null : .number(a.truncatingRemainder(dividingBy: b))
        }
    }
}

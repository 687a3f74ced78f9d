import ChatTemplates
import JSON

/// Inputs are chat templates. Those that parse are rendered under the server's limits.
enum TemplateHarness {
    private static let conversation: JSONObject = [
        "messages": [
            ["role": "system", "content": "You are a système."],
            ["role": "user", "content": [["type": "text", "text": "2+2?"], ["type": "image"]]],
            [
                "role": "assistant", "content": nil, "reasoning_content": " hm\n",
                "tool_calls": [
                    [
                        "id": "call00001", "type": "function",
                        "function": ["name": "add", "arguments": ["a": 2, "b": 2.5]],
                    ]
                ],
            ],
            ["role": "tool", "tool_call_id": "call00001", "name": "add", "content": "4"],
            ["role": "assistant", "content": "<think>so</think> 4 <b>&"],
            ["role": "user", "content": "Thanks \u{1F642}\u{1F3FD}!"],
        ],
        "tools": [
            [
                "type": "function",
                "function": [
                    "name": "add", "description": "Adds.",
                    "parameters": [
                        "type": "object", "required": ["a"],
                        "properties": ["a": ["type": "integer", "enum": [1, 2]]],
                    ],
                ],
            ]
        ],
        "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>",
        "enable_thinking": false, "big": 9_223_372_036_854_775_807, "tiny": -1.5e-300,
    ]

    static func run(_ input: [UInt8]) {
        let source = String(decoding: input, as: UTF8.self)
        guard let template = try? ChatTemplate(source: source) else { return }
        _ = try? template.render(conversation)
    }
}

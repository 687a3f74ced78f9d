extension ChatTemplate {
    /// ChatML without a system prompt of its own, for models that bring no template: every message
    /// between `<|im_start|>role` and `<|im_end|>`, then the assistant's turn if one is asked for.
    /// Content given in parts contributes its texts.
    package static let chatML = """
        {%- for message in messages -%}
        {{- '<|im_start|>' + message['role'] + '\\n' -}}
        {%- if message['content'] is string -%}
        {{- message['content'] -}}
        {%- elif message['content'] -%}
        {%- for part in message['content'] if part['type'] == 'text' -%}
        {{- part['text'] -}}
        {%- endfor -%}
        {%- endif -%}
        {{- '<|im_end|>\\n' -}}
        {%- endfor -%}
        {%- if add_generation_prompt -%}
        {{- '<|im_start|>assistant\\n' -}}
        {%- endif -%}
        """
}

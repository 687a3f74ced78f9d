extension ChatTemplate {
    /// ChatML without a default system prompt, for models that bring no template: every message
    /// between `<|im_start|>role` and `<|im_end|>`, then the start of the assistant's turn if one
    /// is asked for. Of content given in parts, the texts are used.
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

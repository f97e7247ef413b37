-- What somebody has in Neovim, without a screen, who has clangd in the buffer too: what each of both says of a name, where it leads, and what
-- the two declare.
-- usage: nvim --headless -u INIT FILE -S neovim-clangd.lua, with DEVRES_LENS_ANSWERS (a file to write) in the environment.
local WAIT_MS = 60000
local POLL_MS = 20
local answers = {}

local function wait(what, ready)
  if not vim.wait(WAIT_MS, ready, POLL_MS) then error('no ' .. what) end
end

local function from(source)
  return vim.tbl_filter(function(found) return found.source == source end, vim.diagnostic.get(0))
end

-- Results of a request by the name of the server that gave them; servers without one are left out.
local function ask(method, params)
  local by_name = nil
  vim.lsp.buf_request_all(0, method, params, function(results)
    by_name = {}
    for id, answer in pairs(results) do
      if answer.result and not vim.tbl_isempty(answer.result) then by_name[vim.lsp.get_client_by_id(id).name] = answer.result end
    end
  end)
  wait('answer to ' .. method, function() return by_name ~= nil end)
  return by_name
end

local function run()
  local id = vim.lsp.start_client({ name = 'clangd', cmd = { 'clangd', '--log=error' }, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(0, id)
  wait('diagnostics of ours', function() return #from('devres-lens') > 0 end)
  wait('diagnostics of clangd', function() return #from('clang') > 0 end)
  answers.diagnostics = vim.tbl_map(function(found)
    return { code = tostring(found.code), source = found.source, message = found.message, line = found.lnum + 1 }
  end, vim.diagnostic.get(0))

  -- The name of the teardown where it is handed to devres, away from its definition.
  vim.fn.search('devm_add_action')
  vim.fn.search('slot_unregister')
  local here = vim.lsp.util.make_position_params()
  answers.hover = vim.tbl_map(function(hover)
    return table.concat(vim.lsp.util.convert_input_to_markdown_lines(hover.contents), '\n')
  end, ask('textDocument/hover', here))
  answers.definition = vim.tbl_map(function(places)
    local place = places[1] or places
    return (place.range or place.targetSelectionRange).start.line + 1
  end, ask('textDocument/definition', here))

  local links = ask('textDocument/documentLink', { textDocument = here.textDocument })
  local seen = {}
  answers.links = { shared = 0 }
  for name, found in pairs(links) do
    answers.links[name] = #found
    for _, link in ipairs(found) do
      local key = vim.inspect(link.range)
      if seen[key] then answers.links.shared = answers.links.shared + 1 end
      seen[key] = true
    end
  end

  local declared = {}
  for _, client in pairs(vim.lsp.buf_get_clients(0)) do
    for ability, value in pairs(client.server_capabilities) do
      if value and ability:match('Provider$') or ability == 'textDocumentSync' then declared[ability] = (declared[ability] or 0) + 1 end
    end
  end
  answers.both = vim.tbl_filter(function(ability) return declared[ability] > 1 end, vim.tbl_keys(declared))
  table.sort(answers.both)
end

local ok, failure = pcall(run)
if not ok then answers.failure = tostring(failure) end
vim.fn.writefile({ vim.json.encode(answers) }, vim.env.DEVRES_LENS_ANSWERS)
vim.cmd('qall!')

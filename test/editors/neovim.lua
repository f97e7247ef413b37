-- What somebody does in Neovim, without a screen: waits for diagnostics, hovers over a name, lists the code actions there and applies one.
-- usage: nvim --headless -u INIT FILE -S neovim.lua, with DEVRES_LENS_ANSWERS (a file to write), DEVRES_LENS_AT (text to go to)
-- and DEVRES_LENS_FIX (beginning of a title) in the environment.
local WAIT_MS = 60000
local POLL_MS = 20
local answers = {}

local function wait(what, ready)
  if not vim.wait(WAIT_MS, ready, POLL_MS) then error('no ' .. what) end
end

local function findings()
  return vim.diagnostic.get(0)
end

local function run()
  wait('diagnostics', function() return #findings() > 0 end)
  answers.diagnostics = vim.tbl_map(function(found)
    return { code = found.code, source = found.source, message = found.message, line = found.lnum + 1, column = found.col }
  end, findings())

  vim.fn.search('\\V' .. vim.env.DEVRES_LENS_AT, 'w')
  local around = vim.api.nvim_list_wins()
  vim.lsp.buf.hover()
  wait('hover', function() return #vim.api.nvim_list_wins() > #around end)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if not vim.tbl_contains(around, window) then
      answers.hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
      vim.api.nvim_win_close(window, true)
    end
  end

  vim.ui.select = function(items, options, choose)
    answers.actions = vim.tbl_map(options.format_item, items)
    for _, item in ipairs(items) do
      if vim.startswith(options.format_item(item), vim.env.DEVRES_LENS_FIX) then return choose(item) end
    end
    choose(nil)
  end
  vim.lsp.buf.code_action()
  wait('code actions', function() return answers.actions ~= nil end)
  wait('end of the findings', function() return #findings() == 0 end)
  answers.text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local ok, failure = pcall(run)
if not ok then answers.failure = tostring(failure) end
vim.fn.writefile({ vim.json.encode(answers) }, vim.env.DEVRES_LENS_ANSWERS)
vim.cmd('qall!')

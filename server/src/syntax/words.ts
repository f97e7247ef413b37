/** Names with a fixed role in the kernel's C dialect, as data. */

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Annotations without arguments; they never change what the code around them is. */
export const PLAIN_ANNOTATIONS = words(`
  __iomem __user __percpu __rcu __kernel __nocast __force __bitwise __bitwise__ __safe __private __chk_user_ptr
  __init __exit __initdata __exitdata __initconst __exitconst __devinit __devexit __devinitdata __devinitconst __devexitdata __meminit __memexit
  __meminitdata __cpuinit __cpuinitdata __cpuexit __net_init __net_exit __ref __refdata __refconst __init_or_module __initdata_or_module __init_memblock
  __initdata_memblock __sched __lockfunc __kprobes __used __unused __maybe_unused __always_unused __must_check __packed __pure __const
  __attribute_const__ __weak __cold __hot __malloc __noreturn __deprecated __visible __ro_after_init __read_mostly __mutable_data
  __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp
  __aligned_largest __designated_init __randomize_layout __no_randomize_layout __nonstring __flatten __noclone __naked __gnu_inline
  __always_inline __noinline __no_sanitize_address __no_kasan_or_inline __no_kcsan __no_sanitize_undefined __no_sanitize_memory __no_stack_protector
  __no_profile __nocapture __no_instrument_function __noipa __latent_entropy __compiletime_object_size __alloc_size__ __mode __signed_wrap
  __private_extern __syscall_define __nonnull __assume_aligned__ __page_aligned_data __page_aligned_bss __noendbr __nocfi __exception_irq_entry
  __irq_entry __softirq_entry __entry_text __cpuidle __efi_runtime __efi_runtime_init __efiapi __bpf_kfunc __bpf_hook_start __bpf_hook_end __kunit_init
  __no_caller_saved_registers __lsm_ro_after_init __counted __refdata_or_module __extension__ __cond_acquires_lock __annotated
  noinline noinline_for_stack noinline_for_kasan notrace asmlinkage nokprobe_inline noinstr fastcall
  uninitialized_var_attr randomized_struct_fields_start randomized_struct_fields_end
`);

/** Annotations with an argument list. */
export const CALL_ANNOTATIONS = words(`
  __attribute__ __attribute __aligned __counted_by __counted_by_le __counted_by_be __counted_by_ptr __sized_by __printf __scanf __acquires __releases
  __must_hold __cond_acquires __cond_releases __acquires_shared __releases_shared __must_hold_shared __guarded_by __pt_guarded_by __section
  __alloc_size __realloc_size __malloc __assume_aligned __mode __copy __alias __weak_alias __nonnull __format_arg __diagnose_as __error __warning __compiletime_error
  __compiletime_warning __overloadable __pass_object_size __pass_dynamic_object_size __no_sanitize __bpf_ctx __cleanup __declspec
  __designated_init_of __rename __ptr_aligned __context_unsafe __releases_ret __acquires_ret __excludes
`);

/** Words that start a statement or an operator and are therefore never a macro's or a function's name. */
export const KEYWORDS = words(`
  if else while for do switch case default return goto break continue sizeof typeof __typeof__ __typeof typeof_unqual alignof _Alignof __alignof__
  __alignof offsetof asm __asm__ __asm _Generic static extern inline __inline __inline__ typedef register auto const volatile restrict signed unsigned
  struct union enum int char void long short float double _Bool bool __auto_type defined
`);

/** Words that begin a type. */
export const TYPE_WORDS = words(`
  struct union enum const volatile signed unsigned long short int char void float double _Bool bool
`);

/** Words before a call that do not make it a declarator. */
export const EXPRESSION_WORDS = words('return else case do goto in sizeof typeof __typeof__ break continue default');

/** Storage and qualifier words in front of a macro that defines something. */
export const STORAGE_WORDS = words('static extern inline __inline __inline__ const volatile register auto');

/** Iteration macros: the kernel names all of them with for_each. */
export function isIterationMacro(name: string): boolean {
  return /(?:^|_)for_each(?:_|$)/.test(name);
}

/** Macros `NAME(type, name)` that declare one variable or member. */
export function declaresTypeThenName(name: string): boolean {
  return /^(?:DEFINE|DECLARE)_PER_CPU|^DECLARE_FLEX_ARRAY$|^__DECLARE_FLEX_ARRAY$/.test(name);
}

/** Macros around members of a struct, with the number of arguments before the members. */
export const MEMBER_GROUPS: Readonly<Record<string, number>> = {
  struct_group: 1,
  struct_group_attr: 2,
  struct_group_tagged: 2,
  __struct_group: 3,
  TRAILING_OVERLAP: 3,
  __TRAILING_OVERLAP: 4,
};

/** Those of them whose first argument is the tag of a struct. */
export const TAGGED_GROUPS = words('struct_group_tagged __struct_group');

/** Names that begin with two underscores and are types, operators or values, never annotations. */
export function isReservedWordOrType(name: string): boolean {
  return /^__(?:u|s|le|be|sum|wsum|poll_t|kernel_|func__|FUNCTION__|builtin_|typeof|auto_type|volatile|const__|asm|alignof|label__|VA_|int|FILE__|LINE__)/.test(
    name,
  );
}
